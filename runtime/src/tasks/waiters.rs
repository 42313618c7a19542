//! The futures that a task waits for.
//!
//! CPython has one, `_fut_waiter`. A Rust task may poll several in one step (a `join!`), and
//! may drop one and never say so (a `select!`). So each step renews the futures that it
//! polls, and takes its wake-up back from those that it no longer does.

use std::cell::Cell;
use std::mem;
use std::rc::{Rc, Weak};

use super::RawTask;
use crate::futures::{CancelMessage, RawFuture};

struct Waiter {
    future: Rc<dyn RawFuture>,
    /// Polled in the last step, and pending then.
    fresh: bool,
}

#[derive(Default)]
pub(super) struct Waiters {
    first: Cell<Option<Waiter>>,
    rest: Cell<Option<Box<Rest>>>,
}

/// What the plain await of one future never needs.
#[derive(Default)]
struct Rest {
    more: Vec<Waiter>,
    /// Futures of ours that were polled with a waker that is not the task's.
    foreign: Vec<Weak<dyn RawFuture>>,
}

impl Waiters {
    /// Begins a step: what was waited for has yet to be polled again.
    pub(super) fn begin_step(&self) {
        self.change_all(|waiter| waiter.fresh = false);
    }

    /// Marks `future` as still waited for; false if the task was not registered with it.
    pub(super) fn renew(&self, future: &Rc<dyn RawFuture>) -> bool {
        let mut known = false;
        self.change_all(|waiter| {
            if Rc::ptr_eq(&waiter.future, future) {
                waiter.fresh = true;
                known = true;
            }
        });
        known
    }

    pub(super) fn add(&self, future: Rc<dyn RawFuture>) {
        let waiter = Waiter { future, fresh: true };
        match self.first.take() {
            // A future that is done has forgotten its callbacks.
            Some(first) if first.fresh || !first.future.core().done() => {
                self.first.set(Some(first));
                self.with_rest(|rest| rest.more.push(waiter));
            }
            _ => self.first.set(Some(waiter)),
        }
    }

    pub(super) fn add_foreign(&self, future: &Rc<dyn RawFuture>) {
        let is_it = |known: &Weak<dyn RawFuture>| known.ptr_eq(&Rc::downgrade(future));
        let pending =
            |known: &Weak<dyn RawFuture>| known.upgrade().is_some_and(|known| !known.core().done());
        self.with_rest(|rest| {
            if rest.foreign.iter().any(is_it) {
                return;
            }
            // Swept when it would grow, so that it stays in proportion to what is pending.
            if rest.foreign.len() == rest.foreign.capacity() {
                rest.foreign.retain(pending);
            }
            rest.foreign.push(Rc::downgrade(future));
        });
    }

    /// Ends a step: takes the wake-up of `task` back from what it did not poll again.
    pub(super) fn settle(&self, task: &Rc<dyn RawTask>) {
        if let Some(first) = self.first.take() {
            if first.fresh {
                self.first.set(Some(first));
            } else {
                forget(&first, task);
            }
        }
        let Some(mut rest) = self.rest.take() else { return };
        let (fresh, stale): (Vec<_>, Vec<_>) =
            mem::take(&mut rest.more).into_iter().partition(|waiter| waiter.fresh);
        rest.more = fresh;
        self.rest.set(Some(rest));
        stale.iter().for_each(|waiter| forget(waiter, task));
    }

    /// Takes the wake-up of `task` back from everything.
    pub(super) fn forget_all(&self, task: &Rc<dyn RawTask>) {
        if let Some(first) = self.first.take() {
            forget(&first, task);
        }
        let more = self.rest.take().map_or(Vec::new(), |rest| rest.more);
        more.iter().for_each(|waiter| forget(waiter, task));
    }

    /// The first of the futures that are waited for.
    pub(super) fn first(&self) -> Option<Rc<dyn RawFuture>> {
        let first = self.first.take();
        let future =
            first.as_ref().filter(|waiter| waiter.fresh).map(|waiter| waiter.future.clone());
        self.first.set(first);
        future
    }

    /// Cancels what is waited for; whether any of it accepted.
    ///
    /// Futures polled through a foreign waker are asked only if there is nothing else.
    pub(super) fn cancel(&self, message: &CancelMessage) -> bool {
        let Some(first) = self.first() else { return self.cancel_foreign(message) };
        let mut more = Vec::new();
        if let Some(rest) = self.rest.take() {
            more.extend(rest.more.iter().map(|waiter| Rc::clone(&waiter.future)));
            self.rest.set(Some(rest));
        }
        let mut accepted = first.cancel(message.clone());
        for future in more {
            accepted |= future.cancel(message.clone());
        }
        accepted
    }

    fn cancel_foreign(&self, message: &CancelMessage) -> bool {
        let Some(rest) = self.rest.take() else { return false };
        let foreign: Vec<_> = rest.foreign.iter().filter_map(Weak::upgrade).collect();
        self.rest.set(Some(rest));
        let mut accepted = false;
        for future in foreign {
            accepted |= future.cancel(message.clone());
        }
        accepted
    }

    fn change_all(&self, mut change: impl FnMut(&mut Waiter)) {
        if let Some(mut first) = self.first.take() {
            change(&mut first);
            self.first.set(Some(first));
        }
        if let Some(mut rest) = self.rest.take() {
            rest.more.iter_mut().for_each(change);
            self.rest.set(Some(rest));
        }
    }

    fn with_rest(&self, change: impl FnOnce(&mut Rest)) {
        let mut rest = self.rest.take().unwrap_or_default();
        change(&mut rest);
        self.rest.set(Some(rest));
    }
}

fn forget(waiter: &Waiter, task: &Rc<dyn RawTask>) {
    let core = waiter.future.core();
    if !core.done() {
        core.callbacks.remove(|callback| std::ptr::addr_eq(callback, Rc::as_ptr(task)));
    }
}
