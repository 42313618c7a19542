//! Those who wait for one thing, first come, first served.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use crate::base_events::EventLoop;
use crate::exceptions::{RuntimeError, panic_with};
use crate::futures::Future;

/// The futures of those who wait: Python's `_waiters`.
///
/// Ending one may run a foreign waker, so the line is never borrowed meanwhile.
pub(crate) struct Line<T>(RefCell<VecDeque<Future<T>>>);

impl<T: 'static> Line<T> {
    pub(crate) fn len(&self) -> usize {
        self.0.borrow().len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }

    /// Whether somebody waits whose future was not cancelled.
    pub(crate) fn is_waited_in(&self) -> bool {
        self.0.borrow().iter().any(|waiter| !waiter.cancelled())
    }

    /// Puts a new future at the end.
    pub(crate) fn join(&self, loop_: &EventLoop) -> Future<T> {
        let waiter = loop_.create_future();
        self.0.borrow_mut().push_back(waiter.clone());
        waiter
    }

    /// Takes a future out, if it is still there.
    pub(crate) fn remove(&self, waiter: &Future<T>) {
        let mut line = self.0.borrow_mut();
        if let Some(place) = line.iter().position(|other| other == waiter) {
            line.remove(place);
        }
    }

    /// Takes out the future of somebody who is dropped while he waits; whether he was woken.
    ///
    /// It ends as cancelled, for those who still look at it, and tells nobody: his task may go
    /// on with something else.
    pub(crate) fn abandon(&self, waiter: &Future<T>) -> bool {
        self.remove(waiter);
        waiter.core().callbacks.clear();
        waiter.cancel();
        !waiter.cancelled()
    }

    pub(crate) fn pop(&self) -> Option<Future<T>> {
        self.0.borrow_mut().pop_front()
    }

    pub(crate) fn first(&self) -> Option<Future<T>> {
        self.0.borrow().front().cloned()
    }

    /// Ends the first future that is not done; false if there is none.
    pub(crate) fn wake_first(&self, value: T) -> bool {
        let first = self.0.borrow().iter().find(|waiter| !waiter.done()).cloned();
        first.is_some_and(|waiter| waiter.set_result(value).is_ok())
    }

    /// Ends the first `count` futures that are not done.
    pub(crate) fn wake(&self, count: usize, value: T)
    where
        T: Copy,
    {
        if count == 1 {
            self.wake_first(value);
            return;
        }
        let waiters = Vec::from_iter(self.0.borrow().iter().cloned());
        let woken =
            waiters.iter().filter(|waiter| !waiter.done() && waiter.set_result(value).is_ok());
        woken.take(count).for_each(drop);
    }
}

impl<T> Default for Line<T> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

/// Python's repr of an object of `locks.py`, with its address and what it says of itself.
pub(super) fn object_repr<T, W: 'static>(
    name: &str,
    inner: &Rc<T>,
    state: &str,
    line: &Line<W>,
) -> String {
    let waiters = match line.len() {
        0 => String::new(),
        count => format!(", waiters:{count}"),
    };
    format!("<asyncio.locks.{name} object at {:p} [{state}{waiters}]>", Rc::as_ptr(inner))
}

/// What polling a coroutine means that is over.
#[cold]
pub(crate) fn already_awaited() -> ! {
    panic_with(RuntimeError("cannot reuse already awaited coroutine"))
}
