//! Waiting for a future: what a poll does, and the wakers that strangers leave.

use std::cell::Cell;
use std::future::Future as StdFuture;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use super::{AnyFuture, Core, RawFuture, WakerCallback, add_callback};
use crate::exceptions::Result;
use crate::raw::current::{self, Current};
use crate::tasks;

/// Polls the future whose core is `core`: when it is done, `read` says how it ended; else
/// whoever polls is registered with it, or given the error that its task is to raise.
#[inline(always)]
pub(crate) fn poll_reading<T>(
    core: &Core,
    registration: &Registration,
    raw: impl FnOnce() -> Rc<dyn RawFuture>,
    cx: &Context<'_>,
    read: impl FnOnce() -> Result<T>,
) -> Poll<Result<T>> {
    current::with(|task| match task.filter(|task| !tasks::may_throw(task.task_core)) {
        Some(_) if core.done() => Poll::Ready(read()),
        Some(task) if task.task_core.waker.is(cx.waker()) => {
            tasks::wait_on(task, raw(), core);
            Poll::Pending
        }
        _ => poll_slowly(task, core, registration, raw, cx, read),
    })
}

/// The same where nobody waits as a plain await does.
#[cold]
fn poll_slowly<T>(
    task: Option<&Current<'_>>,
    core: &Core,
    registration: &Registration,
    raw: impl FnOnce() -> Rc<dyn RawFuture>,
    cx: &Context<'_>,
    read: impl FnOnce() -> Result<T>,
) -> Poll<Result<T>> {
    if let Some(task) = task
        && let Some(error) = tasks::take_throw(task.task_core, core)
    {
        return Poll::Ready(Err(error));
    }
    if core.done() {
        return Poll::Ready(read());
    }
    match task {
        Some(task) if task.task_core.waker.is(cx.waker()) => tasks::wait_on(task, raw(), core),
        task => wait_foreign(&raw(), registration, task, cx.waker()),
    }
    Poll::Pending
}

thread_local! {
    /// Where a handle that is being probed leaves its future.
    static PROBED: Cell<Option<Probed>> = const { Cell::new(None) };
}

enum Probed {
    Wanted,
    Pending(AnyFuture),
}

/// Polls a future that is known to be one of our handles: its output, or its future if pending.
///
/// # Panics
/// If it is no handle of ours.
pub(crate) fn probe<F: StdFuture>(handle: Pin<&mut F>) -> Result<F::Output, AnyFuture> {
    PROBED.set(Some(Probed::Wanted));
    let polled = handle.poll(&mut Context::from_waker(Waker::noop()));
    match (polled, PROBED.take()) {
        (Poll::Ready(output), _) => Ok(output),
        (Poll::Pending, Some(Probed::Pending(future))) => Err(future),
        (Poll::Pending, _) => unreachable!("a pending handle leaves its future"),
    }
}

/// Leaves a standard waker with `future`: somebody other than a task's step polls it.
#[cold]
fn wait_foreign(
    future: &Rc<dyn RawFuture>,
    registration: &Registration,
    task: Option<&Current<'_>>,
    waker: &Waker,
) {
    if PROBED.try_with(Cell::take).ok().flatten().is_some() {
        return PROBED.set(Some(Probed::Pending(AnyFuture(Rc::clone(future)))));
    }
    let (callback, is_new) = registration.renew(future, waker);
    if let Some(task) = task {
        tasks::wait_on_foreign(task, &callback);
    }
    if is_new {
        // Cloning the waker, which is code of the user's, may have ended the future.
        add_callback(future, callback);
    }
}

/// The waker that a handle has left with its future: taken back when the handle goes, or is
/// polled with another one.
#[derive(Default)]
pub(crate) struct Registration(Cell<Option<Rc<WakerCallback>>>);

impl Registration {
    /// The callback for `waker`, and whether it has yet to be added.
    fn renew(&self, future: &Rc<dyn RawFuture>, waker: &Waker) -> (Rc<WakerCallback>, bool) {
        let known = self.0.take();
        if let Some(known) = &known
            && known.wakes(waker)
        {
            let callback = Rc::clone(known);
            self.0.set(Some(callback.clone()));
            return (callback, false);
        }
        known.inspect(|known| known.take_back());
        let callback = Rc::new(WakerCallback::new(waker.clone(), future));
        self.0.set(Some(Rc::clone(&callback)));
        (callback, true)
    }

    /// Nobody waits any more.
    pub(crate) fn take_back(&self) {
        if let Some(callback) = self.0.take() {
            callback.take_back();
        }
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.take_back();
    }
}
