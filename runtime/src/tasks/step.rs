//! The step of a task: Python's `__step`, `__wakeup` and what becomes of their outcome.

use std::any::{Any, type_name};
use std::cell::Cell;
use std::future::Future as StdFuture;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::task::Poll;

use super::cancel::cancel;
use super::flags::{
    ASKED, ENDED_EAGERLY, Flags, LOG_DESTROY_PENDING, MUST_CANCEL, SCHEDULED, STARTED,
    STARTING_EAGERLY, THROWING, TO_THROW, YIELDED,
};
use super::{RawTask, TaskCore};
use crate::base_events::EventLoop;
use crate::contextvars::{self, Context};
use crate::coroutines;
use crate::events::{self, Created, RawHandle};
use crate::exceptions::{Error, Result, RuntimeError, StopIteration, from_panic, panic_with};
use crate::format_helpers;
use crate::futures::{self, CancelMessage, Core, DoneCallback, RawFuture, Typed};
use crate::generators;
use crate::raw::current::{self, Current};
use crate::raw::task::TaskCell;

/// Whether an await in this step of `task` may have to raise an error that is not its future's.
#[inline(always)]
pub(crate) fn may_throw(task: &TaskCore) -> bool {
    task.flags.has(THROWING | ASKED)
}

/// Takes the error that this step throws into `task`, at the await of the future
/// whose core is `awaited`.
///
/// A `CancelledError` that the future itself ended with goes before the task's own.
pub(crate) fn take_throw(task: &TaskCore, awaited: &Core) -> Option<Error> {
    if awaited.done() && task.flags.has(ASKED) && task.waiters.was_asked(awaited) {
        task.forget_asked();
    }
    let error = take_plain_throw(task)?;
    if !error.is_cancelled() || !awaited.done() {
        return Some(error);
    }
    let own = awaited.read_error().filter(Error::is_cancelled);
    Some(own.unwrap_or(error))
}

/// The same at an await that no future of ours stands behind.
#[inline]
pub(super) fn take_plain_throw(task: &TaskCore) -> Option<Error> {
    if !task.flags.take(THROWING) {
        return None;
    }
    task.throw.take()
}

/// Takes the error that this step throws if nothing that was polled has taken it: then whoever
/// asks holds a foreign future, and drops it.
pub(crate) fn take_unclaimed() -> Option<Error> {
    current::with(|task| take_plain_throw(task?.task_core))
}

/// Runs `poll` while the current task throws `error`: the first future of ours that is polled
/// takes it. The outcome is that of `poll`, and the error if nobody took it; without a task
/// there is nothing to throw with.
pub(crate) fn throw_while<R>(error: Error, poll: impl FnOnce() -> R) -> (Option<R>, Option<Error>) {
    let refused = current::with(|task| {
        let Some(&Current { task_core, .. }) = task else { return Some(error) };
        task_core.throw.set(Some(error));
        task_core.flags.set(THROWING);
        None
    });
    if refused.is_some() {
        return (None, refused);
    }
    (Some(poll()), take_unclaimed())
}

/// Drops a task's coroutine; a panic out of that is reported, for there is nobody to raise to.
pub(super) fn drop_coroutine(loop_: &EventLoop, task: &dyn RawTask) {
    struct Clear<'a>(&'a dyn RawTask);
    impl Drop for Clear<'_> {
        fn drop(&mut self) {
            self.0.clear();
        }
    }
    loop_.drop_reporting(Clear(task));
}

/// Leaves a coroutine that may have been asked to cancel itself, or a block of it, or that
/// waits for more than one future.
#[inline(never)]
fn suspend_slowly(loop_: &EventLoop, core: &Core, task: &TaskCore) {
    loop_.drop_reporting(task.waiters.settle());
    if task.flags.has(ASKED) && !task.waiters.awaits_answer() {
        // What was asked has been dropped, and the task goes on with something else.
        task.flags.clear(ASKED);
        core.set_cancel_message(task.waiters.forget_asked());
        task.flags.set(MUST_CANCEL);
    }
    if let Some(block) = task.waiters.take_requester()
        && task.cancelling() == 1
        && block.is_part(task)
    {
        // The request was for a block of the task alone.
        task.uncancel();
        if block.cancel_part(task) {
            task.flags.set(YIELDED);
        }
        return;
    }
    if task.flags.has(YIELDED) || !task.flags.has(MUST_CANCEL) {
        return;
    }
    // Cancelled from inside this step: now it is known what to cancel.
    match task.waiters.cancel(&core.cancel_message()) {
        None => task.flags.set(YIELDED),
        Some(accepted) => {
            task.flags.put(ASKED, accepted);
            task.flags.put(MUST_CANCEL, !accepted);
        }
    }
}

impl<C, T, E> TaskCell<C, T>
where
    C: StdFuture<Output = Result<T, E>> + 'static,
    T: 'static,
    E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
{
    /// Polls the coroutine once.
    #[inline(always)]
    fn step(self: &Rc<Self>, loop_: &EventLoop) -> Result<()> {
        let flags = &self.task.flags;
        let polled = catch_unwind(AssertUnwindSafe(|| {
            // A future that is done may go here, and with it a value of the user's.
            self.task.waiters.begin_step();
            let polled = self.poll_coroutine(&loop_.0.remote);
            polled.map(|outcome| outcome.map_err(Error::from_failure))
        }));
        match polled {
            Ok(Poll::Pending) if !flags.has(THROWING | ASKED | MUST_CANCEL) => {
                if !self.task.waiters.is_plain() {
                    suspend_slowly(loop_, &self.core, &self.task);
                }
                Ok(())
            }
            Ok(Poll::Ready(Err(error))) => self.fail(loop_, error),
            // Foreign futures alone were polled: the error to throw reached nobody.
            Ok(_) if flags.has(THROWING) => self.end_with_throw(loop_),
            Ok(Poll::Ready(Ok(value))) => {
                self.succeed(loop_, value);
                Ok(())
            }
            Ok(Poll::Pending) => {
                suspend_slowly(loop_, &self.core, &self.task);
                Ok(())
            }
            Err(payload) => self.fail(loop_, from_panic(payload)),
        }
    }

    /// Runs the first step at once, in place of whatever is running: Python's `__eager_start`.
    ///
    /// # Panics
    /// SystemExit or KeyboardInterrupt out of it, and the error of a context that was entered
    /// already: Python's constructor raises them.
    #[track_caller]
    pub(super) fn eager_start(self: &Rc<Self>, loop_: &EventLoop) {
        let flags = &self.task.flags;
        flags.set(STARTING_EAGERLY);
        let started = Started(flags);
        let outcome = current::leave_blocks(|| RawHandle::run(Rc::clone(self), loop_));
        drop(started);
        flags.put(ENDED_EAGERLY, self.core.done());
        if let Err(error) = outcome {
            // Python's constructor has failed: there is no such task.
            flags.clear(LOG_DESTROY_PENDING);
            if !self.core.done() {
                self.leave(loop_);
            }
            panic_with(error);
        }
    }

    /// Ends the task with the error that nobody in it took.
    fn end_with_throw(self: &Rc<Self>, loop_: &EventLoop) -> Result<()> {
        self.task.flags.clear(THROWING);
        match self.task.throw.take() {
            Some(error) => self.fail(loop_, error),
            None => Ok(()),
        }
    }

    fn succeed(self: &Rc<Self>, loop_: &EventLoop, value: T) {
        self.leave(loop_);
        if self.task.flags.take(MUST_CANCEL) {
            // Cancelled right before it stopped: the value is lost.
            futures::finish_cancelled(&self.erase(), self.core.cancel_message(), None);
            return;
        }
        self.value.set(Some(value));
        futures::finish(&self.core, None, || self.erase());
    }

    fn fail(self: &Rc<Self>, loop_: &EventLoop, error: Error) -> Result<()> {
        self.leave(loop_);
        if error.is_cancelled() {
            futures::finish_cancelled(&self.erase(), None, Some(error));
            return Ok(());
        }
        let error = if error.is::<StopIteration>() { no_stop_iteration(error) } else { error };
        futures::finish(&self.core, Some(error.clone()), || self.erase());
        if error.is_exit() { Err(error) } else { Ok(()) }
    }

    fn erase(self: &Rc<Self>) -> Rc<dyn RawFuture> {
        self.clone()
    }

    /// The context let nothing run.
    #[cold]
    fn refuse(self: Rc<Self>, loop_: &EventLoop, before: u16, refused: Result<()>) -> Result<()> {
        let flags = &self.task.flags;
        flags.put(STARTED, before & STARTED != 0);
        match refused {
            Err(refused) if before & STARTING_EAGERLY == 0 => {
                events::report_callback(loop_, self, refused)
            }
            refused => refused,
        }
    }

    /// The coroutine is over: drops it, and takes the task out of the loop.
    fn leave(self: &Rc<Self>, loop_: &EventLoop) {
        self.task.flags.clear(YIELDED);
        if mem::needs_drop::<C>() {
            drop_coroutine(loop_, &**self);
        } else {
            self.clear_coroutine();
        }
        if let Some(forgotten) = self.task.waiters.forget_all(self.address()) {
            loop_.drop_reporting(forgotten);
        }
        loop_.unregister_task(self.key());
    }

    /// By this the futures that the task waits for know it.
    fn address(self: &Rc<Self>) -> *const () {
        Rc::as_ptr(self).cast()
    }
}

/// Ends the eager start of a task, also when that unwinds.
struct Started<'a>(&'a Flags);

impl Drop for Started<'_> {
    fn drop(&mut self) {
        self.0.clear(STARTING_EAGERLY);
    }
}

/// Has a task that yielded go on if its step unwinds: a value that the context drops may panic.
struct GoesOn<'a, T: RawTask>(&'a Rc<T>, &'a EventLoop);

impl<T: RawTask> Drop for GoesOn<'_, T> {
    fn drop(&mut self) {
        if self.0.task_core().flags.take(YIELDED) {
            self.0.clone().make_ready(self.1);
        }
    }
}

/// What Python makes of a StopIteration that leaves a coroutine.
#[cold]
fn no_stop_iteration(error: Error) -> Error {
    RuntimeError("coroutine raised StopIteration").with_cause(error.clone()).with_context(error)
}

/// Makes ready what this step throws: a request to cancel goes before anything but a
/// `CancelledError`.
#[cold]
fn arm(core: &Core, task: &TaskCore) {
    task.flags.clear(TO_THROW);
    if task.flags.take(MUST_CANCEL) {
        let error = task.throw.take().filter(Error::is_cancelled);
        task.throw.set(Some(error.unwrap_or_else(|| core.make_cancelled_error())));
    }
    let error = task.throw.take();
    if error.is_some() {
        task.forget_asked();
    }
    task.flags.put(THROWING, error.is_some());
    task.throw.set(error);
}

impl<C, T, E> RawHandle for TaskCell<C, T>
where
    C: StdFuture<Output = Result<T, E>> + 'static,
    T: 'static,
    E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
{
    fn run(self: Rc<Self>, loop_: &EventLoop) -> Result<()> {
        let flags = &self.task.flags;
        if self.core.done() {
            flags.clear(SCHEDULED);
            return Ok(());
        }
        let before = flags.change(SCHEDULED, STARTED);
        let mut is_refused = false;
        let goes_on = GoesOn(&self, loop_);
        let outcome = current::enter(&self, &self.core, &self.task, || {
            let _inside = match contextvars::enter(&self.task.context) {
                Ok(inside) => inside,
                Err(error) => {
                    is_refused = true;
                    return Err(error);
                }
            };
            if before & (MUST_CANCEL | TO_THROW) != 0 {
                arm(&self.core, &self.task);
                let is_first = before & STARTED == 0;
                if is_first && flags.has(THROWING) && !generators::is_request(type_name::<C>()) {
                    // Cancelled before it began.
                    return coroutines::thrown_into::<C, _>(|| self.end_with_throw(loop_));
                }
            }
            self.step(loop_)
        });
        mem::forget(goes_on);
        if is_refused {
            return self.refuse(loop_, before, outcome);
        }
        if flags.take(YIELDED) {
            self.make_ready(loop_);
        }
        outcome
    }

    // The loop cancels no steps; a task is cancelled as a future.
    fn cancel(&self) {}

    fn cancelled(&self) -> bool {
        false
    }

    fn get_context(&self) -> Context {
        self.task.get_context()
    }

    fn callback_name(&self) -> String {
        "<TaskStepMethWrapper object>()".to_owned()
    }

    fn created(&self) -> Created {
        self.core.created()
    }

    fn slow_repr(&self) -> String {
        crate::base_futures::future_repr(self)
    }
}

impl<C, T, E> DoneCallback for TaskCell<C, T>
where
    C: StdFuture<Output = Result<T, E>> + 'static,
    T: 'static,
    E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
{
    fn schedule(self: Rc<Self>, _future: &Rc<dyn RawFuture>, loop_: &EventLoop) {
        self.make_ready(loop_);
    }

    fn repr(&self) -> String {
        "Task.task_wakeup()".to_owned()
    }
}

impl<C, T, E> RawFuture for TaskCell<C, T>
where
    C: StdFuture<Output = Result<T, E>> + 'static,
    T: 'static,
    E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
{
    fn core(&self) -> &Core {
        &self.core
    }

    fn cancel(self: Rc<Self>, message: CancelMessage) -> bool {
        let task: Rc<dyn RawTask> = self;
        cancel(&task, message)
    }

    fn downcast(self: Rc<Self>, slot: &mut dyn Any) {
        futures::fill(slot, self);
    }

    fn task(&self) -> Option<&TaskCore> {
        Some(&self.task)
    }

    fn into_task(self: Rc<Self>) -> Option<Rc<dyn RawTask>> {
        Some(self)
    }

    fn class_name(&self) -> &'static str {
        "Task"
    }

    fn result_repr(&self) -> String {
        futures::value_repr(&self.value)
    }

    fn coroutine_repr(&self) -> Option<String> {
        if self.task.flags.has(ENDED_EAGERLY) {
            return None;
        }
        Some(format_helpers::format_coroutine(type_name::<C>(), self.is_gone()))
    }
}

impl<C, T, E> Typed<T> for TaskCell<C, T>
where
    C: StdFuture<Output = Result<T, E>> + 'static,
    T: 'static,
    E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
{
    fn value(&self) -> &Cell<Option<T>> {
        &self.value
    }
}

impl<C, T, E> RawTask for TaskCell<C, T>
where
    C: StdFuture<Output = Result<T, E>> + 'static,
    T: 'static,
    E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
{
    fn task_core(&self) -> &TaskCore {
        &self.task
    }

    fn clear(&self) {
        self.clear_coroutine();
    }

    #[inline(always)]
    fn make_ready(self: Rc<Self>, loop_: &EventLoop) {
        if self.task.flags.change(0, SCHEDULED) & SCHEDULED == 0 {
            loop_.push(self);
        }
    }
}
