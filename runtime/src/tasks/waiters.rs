//! The futures that a task waits for.
//!
//! CPython has one, `_fut_waiter`. A Rust task may poll several in one step (a `join!`), and
//! may drop one and never say so (a `select!`). So each step renews the futures that it
//! polls, and takes its wake-up back from those that it no longer does.

use std::cell::Cell;
use std::mem;
use std::rc::{Rc, Weak};

use crate::futures::{CancelMessage, RawFuture};

#[derive(Default)]
pub(super) struct Waiters {
    /// The one future that a plain await waits for.
    first: Cell<Option<Rc<dyn RawFuture>>>,
    /// Whether the first was polled in the last step, and pending then.
    is_fresh: Cell<bool>,
    rest: Cell<Option<Box<Rest>>>,
}

/// What a plain await never needs.
#[derive(Default)]
struct Rest {
    more: Vec<Waiter>,
    /// Futures of ours that were polled with a waker that is not the task's.
    foreign: Vec<Weak<dyn RawFuture>>,
}

struct Waiter {
    future: Rc<dyn RawFuture>,
    is_fresh: bool,
}

impl Waiters {
    /// Begins a step: what was waited for has yet to be polled again.
    pub(super) fn begin_step(&self) {
        self.is_fresh.set(false);
        self.change_more(|waiter| waiter.is_fresh = false);
    }

    /// Marks `future` as still waited for; false if the task was not registered with it.
    pub(super) fn renew(&self, future: &Rc<dyn RawFuture>) -> bool {
        let first = self.first.take();
        let mut known = first.as_ref().is_some_and(|first| Rc::ptr_eq(first, future));
        self.first.set(first);
        if known {
            self.is_fresh.set(true);
            return true;
        }
        self.change_more(|waiter| {
            if Rc::ptr_eq(&waiter.future, future) {
                waiter.is_fresh = true;
                known = true;
            }
        });
        known
    }

    pub(super) fn add(&self, future: Rc<dyn RawFuture>) {
        match self.first.take() {
            // A future that is done has forgotten its callbacks: its place is free.
            Some(first) if self.is_fresh.get() || !first.core().done() => {
                self.first.set(Some(first));
                self.with_rest(|rest| rest.more.push(Waiter { future, is_fresh: true }));
            }
            _ => {
                self.first.set(Some(future));
                self.is_fresh.set(true);
            }
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
    pub(super) fn settle(&self, task: *const ()) {
        if !self.is_fresh.get()
            && let Some(first) = self.first.take()
        {
            forget(&first, task);
        }
        let Some(mut rest) = self.rest.take() else { return };
        let (fresh, stale): (Vec<_>, Vec<_>) =
            mem::take(&mut rest.more).into_iter().partition(|waiter| waiter.is_fresh);
        rest.more = fresh;
        self.rest.set(Some(rest));
        stale.iter().for_each(|waiter| forget(&waiter.future, task));
    }

    /// Takes the wake-up of `task` back from everything.
    pub(super) fn forget_all(&self, task: *const ()) {
        self.is_fresh.set(false);
        if let Some(first) = self.first.take() {
            forget(&first, task);
        }
        let more = self.rest.take().map_or(Vec::new(), |rest| rest.more);
        more.iter().for_each(|waiter| forget(&waiter.future, task));
    }

    /// The first of the futures that are waited for.
    pub(super) fn first(&self) -> Option<Rc<dyn RawFuture>> {
        if !self.is_fresh.get() {
            return None;
        }
        let first = self.first.take();
        self.first.set(first.clone());
        first
    }

    /// Cancels what is waited for; whether any of it accepted, `None` if there is nothing.
    ///
    /// Futures polled through a foreign waker are asked only if there is nothing else.
    pub(super) fn cancel(&self, message: &CancelMessage) -> Option<bool> {
        let mut futures = Vec::from_iter(self.first());
        self.change_more(|waiter| {
            futures.extend(waiter.is_fresh.then(|| Rc::clone(&waiter.future)));
        });
        if futures.is_empty()
            && let Some(rest) = self.rest.take()
        {
            let pending = |future: &Rc<dyn RawFuture>| !future.core().done();
            futures.extend(rest.foreign.iter().filter_map(Weak::upgrade).filter(pending));
            self.rest.set(Some(rest));
        }
        let mut accepted = None;
        for future in futures {
            let accepts = future.cancel(message.clone());
            accepted = Some(accepted.unwrap_or(false) || accepts);
        }
        accepted
    }

    fn change_more(&self, change: impl FnMut(&mut Waiter)) {
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

fn forget(future: &Rc<dyn RawFuture>, task: *const ()) {
    let core = future.core();
    if !core.done() {
        core.callbacks.remove(|callback| std::ptr::addr_eq(callback, task));
    }
}
