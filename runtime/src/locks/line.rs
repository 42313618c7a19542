//! Those who wait for one thing, first come, first served.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::task::{Context, Poll};

use crate::base_events::EventLoop;
use crate::events;
use crate::exceptions::{Result, RuntimeError, panic_with};
use crate::futures::{FutureCell, RawFuture, Registration};

/// The futures of those who wait: Python's `_waiters`.
///
/// Ending one may run a foreign waker, so the line is never borrowed meanwhile.
pub(crate) struct Line<T> {
    waiters: RefCell<VecDeque<Rc<FutureCell<T>>>>,
    /// The futures of some who have left, for the next who join.
    spares: RefCell<Vec<Rc<FutureCell<T>>>>,
}

/// How many are kept.
const SPARES: usize = 16;

impl<T: 'static> Line<T> {
    pub(crate) fn len(&self) -> usize {
        self.waiters.borrow().len()
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.waiters.borrow().is_empty()
    }

    /// Whether somebody waits whose future was not cancelled.
    pub(crate) fn is_waited_in(&self) -> bool {
        self.waiters.borrow().iter().any(|waiter| !waiter.core().cancelled())
    }

    /// Puts a new future of the running loop at the end.
    ///
    /// # Panics
    /// RuntimeError `no running event loop`.
    pub(crate) fn join(&self) -> Waiter<T> {
        let Some(future) = events::with_running_loop(|loop_| self.new_future(loop_)) else {
            panic_with(RuntimeError("no running event loop"));
        };
        self.waiters.borrow_mut().push_back(Rc::clone(&future));
        Waiter { future, registration: Registration::default() }
    }

    fn new_future(&self, loop_: &EventLoop) -> Rc<FutureCell<T>> {
        let spare = self.spares.borrow_mut().pop();
        match spare {
            Some(spare) if spare.core().belongs_to(loop_) && !loop_.get_debug() => spare,
            _ => FutureCell::new(loop_),
        }
    }

    /// Keeps the future of one who was woken for another, unless somebody else has it.
    pub(crate) fn recycle(&self, waiter: Waiter<T>) {
        if self.spares.borrow().len() >= SPARES {
            return;
        }
        // Where it is not renewed it may go here, and nothing is borrowed meanwhile.
        if let Some(spare) = waiter.future.renew() {
            self.spares.borrow_mut().push(spare);
        }
    }

    /// Takes a future out, if it is still there: at the head, as a rule.
    pub(crate) fn remove(&self, waiter: &Waiter<T>) {
        let is_it = |other: &Rc<FutureCell<T>>| Rc::ptr_eq(other, &waiter.future);
        let mut line = self.waiters.borrow_mut();
        if line.front().is_some_and(is_it) {
            drop(line.pop_front());
        } else {
            drop(line);
            self.remove_behind(is_it);
        }
    }

    #[cold]
    fn remove_behind(&self, is_it: impl Fn(&Rc<FutureCell<T>>) -> bool) {
        let mut line = self.waiters.borrow_mut();
        if let Some(place) = line.iter().position(is_it) {
            line.remove(place);
        }
    }

    /// Takes out the future of somebody who is dropped while he waits; whether he was woken.
    ///
    /// It ends as cancelled, for those who still look at it, and tells nobody: his task may go
    /// on with something else.
    pub(crate) fn abandon(&self, waiter: &Waiter<T>) -> bool {
        self.remove(waiter);
        let future = &waiter.future;
        future.core().callbacks.clear();
        Rc::clone(future).cancel(None);
        !future.core().cancelled()
    }

    /// Wakes the first in line, unless he is done.
    pub(crate) fn wake_head(&self, value: T) {
        let head = self.waiters.borrow().front().cloned();
        if let Some(head) = head {
            head.wake(value);
        }
    }

    /// Wakes the first who is not done; false if there is none.
    pub(crate) fn wake_first(&self, value: T) -> bool {
        let first = self.waiters.borrow().iter().find(|waiter| !waiter.core().done()).cloned();
        first.is_some_and(|waiter| waiter.wake(value))
    }

    /// Wakes the first `count` who are not done.
    pub(crate) fn wake(&self, count: usize, value: T)
    where
        T: Copy,
    {
        if count == 1 {
            self.wake_first(value);
            return;
        }
        let waiters = Vec::from_iter(self.waiters.borrow().iter().cloned());
        let mut left = count;
        for waiter in waiters {
            if left == 0 {
                return;
            }
            left -= usize::from(waiter.wake(value));
        }
    }

    /// Wakes the first who is not done, and takes all up to him out of the line.
    #[inline(always)]
    pub(crate) fn release_first(&self, value: T)
    where
        T: Copy,
    {
        while !self.is_empty() && !self.release_head(value) {}
    }

    /// Wakes all, and empties the line.
    pub(crate) fn release_all(&self, value: T)
    where
        T: Copy,
    {
        while !self.is_empty() {
            self.release_head(value);
        }
    }

    /// Takes the head out of the line; whether this has woken him.
    #[inline(never)]
    fn release_head(&self, value: T) -> bool {
        let head = self.waiters.borrow_mut().pop_front();
        head.is_some_and(|waiter| waiter.wake(value))
    }
}

/// The future of one who waits in a [`Line`], as he holds it.
pub(crate) struct Waiter<T> {
    future: Rc<FutureCell<T>>,
    registration: Registration,
}

impl<T: 'static> Waiter<T> {
    pub(crate) fn poll(&self, cx: &Context<'_>) -> Poll<Result<T>> {
        self.future.poll(&self.registration, cx)
    }

    /// Whether it was his turn already.
    pub(crate) fn was_woken(&self) -> bool {
        self.future.core().done() && !self.future.core().cancelled()
    }
}

impl<T> Default for Line<T> {
    fn default() -> Self {
        Self { waiters: RefCell::default(), spares: RefCell::default() }
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
