//! A task's one allocation: the future's state, the task's, and the coroutine in place.
//!
//! | field | who touches it |
//! | --- | --- |
//! | `core`, `task`, `value` | anyone with the `Rc`, through cells |
//! | `coroutine` | `poll_coroutine` while `phase` is `Polling`, `clear_coroutine` otherwise |
#![expect(unsafe_code, reason = "the coroutine is pinned inside its Rc")]

use std::cell::{Cell, UnsafeCell};
use std::future::Future;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;

use crate::futures::Core;
use crate::raw::moving::Moving;
use crate::raw::place;
use crate::selector_events::Remote;
use crate::tasks::TaskCore;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The coroutine is there and nobody is inside it.
    Idle,
    /// A poll is under way.
    Polling,
    /// The coroutine was dropped, or is not there yet.
    Gone,
}

/// A task with its coroutine; lives and dies inside one `Rc`.
pub(crate) struct TaskCell<C, T> {
    pub(crate) core: Core,
    pub(crate) task: TaskCore,
    pub(crate) value: Cell<Option<T>>,
    phase: Cell<Phase>,
    coroutine: UnsafeCell<MaybeUninit<C>>,
}

impl<C: Future, T> TaskCell<C, T> {
    /// `parts` does nothing that can fail, so that all is built where it will lie.
    #[inline(always)]
    pub(crate) fn new(
        coroutine: Moving<'_, C>,
        parts: impl FnOnce() -> (Core, TaskCore),
    ) -> Rc<Self> {
        let cell = place::rc(|| {
            let (core, task) = parts();
            Self {
                core,
                task,
                value: Cell::new(None),
                phase: Cell::new(Phase::Gone),
                coroutine: UnsafeCell::new(MaybeUninit::uninit()),
            }
        });
        // By itself, or it would be put together with the rest on the stack.
        // SAFETY: nobody else has the cell yet, and while it is `Gone` nobody looks there.
        unsafe { (*cell.coroutine.get()).write(coroutine.take()) };
        cell.phase.set(Phase::Idle);
        cell
    }

    /// Polls the coroutine with the task's own waker.
    ///
    /// # Panics
    /// If the coroutine is being polled already, or is gone; whatever the coroutine panics with.
    pub(crate) fn poll_coroutine(self: &Rc<Self>, remote: &Remote) -> Poll<C::Output> {
        assert!(self.phase.replace(Phase::Polling) == Phase::Idle, "coroutine already executing");
        let idle_again = Restore(&self.phase);
        // SAFETY: `Polling` keeps everyone else out, so the reference is the only one. The cell
        // was built inside its `Rc` and no method moves it or its coroutine out: it is pinned
        // until `clear_coroutine` or `drop` drop it in place.
        let coroutine = unsafe { Pin::new_unchecked((*self.coroutine.get()).assume_init_mut()) };
        let outcome = self.task.waker.lend(remote, |cx| coroutine.poll(cx));
        drop(idle_again);
        outcome
    }
}

impl<C, T> TaskCell<C, T> {
    /// Whether the coroutine was dropped.
    pub(crate) fn is_gone(&self) -> bool {
        self.phase.get() == Phase::Gone
    }

    /// Drops the coroutine where it lies; does nothing if it is gone or being polled.
    pub(crate) fn clear_coroutine(&self) {
        if self.phase.get() != Phase::Idle {
            return;
        }
        self.phase.set(Phase::Gone);
        // SAFETY: `Gone` is set first and for ever, so nobody reaches the coroutine again,
        // not even what its own drop calls.
        unsafe { (*self.coroutine.get()).assume_init_drop() }
    }
}

impl<C, T> Drop for TaskCell<C, T> {
    fn drop(&mut self) {
        if !self.is_gone() {
            self.clear_coroutine();
        }
        if self.core.is_unretrieved() {
            crate::tasks::finalize(&mut self.core, &mut self.task, std::any::type_name::<C>());
        }
    }
}

/// Ends `Polling`, also when the poll unwinds.
struct Restore<'a>(&'a Cell<Phase>);

impl Drop for Restore<'_> {
    fn drop(&mut self) {
        self.0.set(Phase::Idle);
    }
}
