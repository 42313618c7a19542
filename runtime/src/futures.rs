//! Futures; mirrors `futures.py` and, for the reprs, `base_futures.py`.
//!
//! ```text
//!            set_result, set_exception
//!  Pending ─────────────────────────────▶ Finished
//!     │              cancel
//!     └─────────────────────────────────▶ Cancelled
//! ```
//!
//! Either way the done-callbacks are scheduled in the order of their registration, never
//! called in place. A future's state that does not depend on its type is its `Core`; tasks
//! and the futures of `gather` have one, too.

mod any;
mod callbacks;
mod chain;
mod ghost;
mod waiting;

use std::any::Any;
use std::cell::Cell;
use std::fmt;
use std::future::{Future as StdFuture, IntoFuture};
use std::panic::Location;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};

use crate::base_events::{EventLoop, Inner};
use crate::base_futures;
use crate::contextvars::ContextSlot;
use crate::events::{self, CallbackOutput, Created};
use crate::exceptions::{
    CancelledError, Error, InvalidStateError, Result, RuntimeError, StopIteration,
};
use crate::format_helpers::repr_value;
use crate::rarely::Rarely;
use crate::raw::place;
use crate::tasks::{self, TaskCore};

pub use any::AnyFuture;
pub(crate) use any::future_methods;
pub use callbacks::CallbackId;
pub(crate) use callbacks::WakerCallback;
pub(crate) use callbacks::{Callbacks, DoneCallback, Function};
pub(crate) use chain::{chain_coroutine, wrap_job};
pub use chain::{wrap_future, wrap_future_with};
pub(crate) use ghost::{Twin, report_never_retrieved};
pub(crate) use waiting::{Registration, poll_reading, probe};

/// The message of a cancellation, shared by all whom it reaches.
pub(crate) type CancelMessage = Option<Arc<str>>;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum State {
    Pending,
    Cancelled,
    Finished,
}

/// What every kind of future has, whatever its type.
pub(crate) struct Core {
    loop_: Weak<Inner>,
    pub(crate) callbacks: Callbacks,
    /// The exception, or the `CancelledError` that a task ended with.
    error: Rarely<Option<Error>>,
    rare: Rarely<Option<Box<Rare>>>,
    state: Cell<State>,
    log_traceback: Cell<bool>,
    /// Where a task group has it, counted from one.
    place: Cell<u32>,
}

impl Drop for Core {
    #[inline(always)]
    fn drop(&mut self) {
        let is_bare = self.error.get_mut().is_none() && self.rare.get_mut().is_none();
        if !is_bare || !self.callbacks.is_empty() {
            self.drop_all();
        }
    }
}

/// What few futures have.
#[derive(Default)]
pub(crate) struct Rare {
    cancel_message: CancelMessage,
    created: Created,
}

impl Rare {
    /// What a new future has of it.
    #[inline]
    pub(crate) fn new(created: Created) -> Option<Box<Self>> {
        created.is_some().then(|| Box::new(Self { created, ..Self::default() }))
    }
}

impl Core {
    /// Does nothing that can fail, so that it is built where it will lie.
    #[inline(always)]
    pub(crate) fn new(loop_: Weak<Inner>, rare: Option<Box<Rare>>) -> Self {
        Self {
            loop_,
            callbacks: Callbacks::default(),
            error: Rarely::new(None),
            rare: Rarely::new(rare),
            state: Cell::new(State::Pending),
            log_traceback: Cell::new(false),
            place: Cell::new(0),
        }
    }

    /// Notes where a task group has it; false if another one has it, too.
    #[inline]
    pub(crate) fn take_place(&self, place: usize) -> bool {
        let place = u32::try_from(place + 1).unwrap_or(0);
        let is_free = self.place.get() == 0 && place > 0;
        if is_free {
            self.place.set(place);
        }
        is_free
    }

    /// Where the task group has it that [`took its place`](Self::take_place).
    pub(crate) fn place(&self) -> usize {
        self.place.get() as usize - 1
    }

    #[cold]
    fn drop_all(&mut self) {
        // Taken out first, so that each goes even if another panics.
        let _all = (self.callbacks.take(), self.error.take(), self.rare.take());
    }

    pub(crate) fn state(&self) -> State {
        self.state.get()
    }

    pub(crate) fn done(&self) -> bool {
        self.state.get() != State::Pending
    }

    pub(crate) fn cancelled(&self) -> bool {
        self.state.get() == State::Cancelled
    }

    /// Whether it ended with a result.
    #[inline(always)]
    pub(crate) fn succeeded(&self) -> bool {
        self.state.get() == State::Finished && !self.has_error()
    }

    pub(crate) fn try_get_loop(&self) -> Option<EventLoop> {
        self.loop_.upgrade().map(EventLoop)
    }

    pub(crate) fn same_loop(&self, other: &Self) -> bool {
        Weak::ptr_eq(&self.loop_, &other.loop_)
    }

    pub(crate) fn belongs_to(&self, loop_: &EventLoop) -> bool {
        std::ptr::eq(self.loop_.as_ptr(), Rc::as_ptr(&loop_.0))
    }

    /// Marks a failure as seen: it will not be reported as never retrieved.
    pub(crate) fn retrieved(&self) {
        self.log_traceback.set(false);
    }

    /// A copy of the exception, if the future ended with one, without marking it as seen.
    pub(crate) fn peek_error(&self) -> Option<Error> {
        let error = self.error.take()?;
        self.error.set(Some(error.clone()));
        Some(error)
    }

    pub(crate) fn cancel_message(&self) -> CancelMessage {
        let rare = self.rare.take()?;
        let message = rare.cancel_message.clone();
        self.rare.set(Some(rare));
        message
    }

    pub(crate) fn set_cancel_message(&self, message: CancelMessage) {
        let rare = self.rare.take();
        if message.is_none() && rare.is_none() {
            return;
        }
        let mut rare = rare.unwrap_or_default();
        rare.cancel_message = message;
        self.rare.set(Some(rare));
    }

    /// Where the future was created.
    pub(crate) fn created(&self) -> Created {
        let rare = self.rare.take()?;
        let created = rare.created;
        self.rare.set(Some(rare));
        created
    }

    /// The error that a cancelled future raises: the task's own the first time, then new ones.
    pub(crate) fn make_cancelled_error(&self) -> Error {
        if self.cancelled()
            && let Some(error) = self.error.take()
        {
            return error;
        }
        match self.cancel_message() {
            Some(message) => CancelledError::with(&*message),
            None => CancelledError(),
        }
    }

    /// The error that reading the result raises, if any.
    #[inline(always)]
    pub(crate) fn read_error(&self) -> Option<Error> {
        if self.state.get() == State::Finished && !self.log_traceback.get() && !self.has_error() {
            return None;
        }
        self.read_error_of()
    }

    /// Whether it has anything that few futures have.
    #[inline(always)]
    pub(crate) fn has_rare(&self) -> bool {
        let rare = self.rare.take();
        let has_rare = rare.is_some();
        self.rare.set(rare);
        has_rare
    }

    #[inline(always)]
    fn has_error(&self) -> bool {
        let error = self.error.take();
        let has_error = error.is_some();
        self.error.set(error);
        has_error
    }

    #[inline(never)]
    fn read_error_of(&self) -> Option<Error> {
        match self.state.get() {
            State::Cancelled => Some(self.make_cancelled_error()),
            State::Pending => Some(InvalidStateError("Result is not set.")),
            State::Finished => {
                self.retrieved();
                self.peek_error()
            }
        }
    }

    pub(crate) fn exception(&self) -> Result<Option<Error>> {
        match self.state.get() {
            State::Cancelled => Err(self.make_cancelled_error()),
            State::Pending => Err(InvalidStateError("Exception is not set.")),
            State::Finished => {
                self.retrieved();
                Ok(self.peek_error())
            }
        }
    }

    /// Whether the future failed and nobody looked.
    pub(crate) fn is_unretrieved(&self) -> bool {
        self.log_traceback.get()
    }

    fn check_pending(&self) -> Result<()> {
        if self.done() { Err(InvalidStateError("invalid state")) } else { Ok(()) }
    }
}

/// Any future of this crate, its type forgotten.
pub(crate) trait RawFuture: 'static {
    fn core(&self) -> &Core;
    /// Cancels as the kind of future does; false if it is done.
    fn cancel(self: Rc<Self>, message: CancelMessage) -> bool;
    /// Puts itself as an `Rc<dyn Typed<T>>` into `slot`, an `Option` of that, if `T` fits.
    fn downcast(self: Rc<Self>, slot: &mut dyn Any);
    fn task(&self) -> Option<&TaskCore> {
        None
    }
    fn into_task(self: Rc<Self>) -> Option<Rc<dyn tasks::RawTask>> {
        None
    }
    /// Whether it is another future seen without its type.
    fn is_view(&self) -> bool {
        false
    }
    fn class_name(&self) -> &'static str {
        "Future"
    }
    fn result_repr(&self) -> String;
    /// Gives up what it waits for; its loop is closed.
    fn break_ring(&self) {}
    /// The coroutine as a task's repr shows it.
    fn coroutine_repr(&self) -> Option<String> {
        None
    }
}

/// A future with its type.
pub(crate) trait Typed<T>: RawFuture {
    fn value(&self) -> &Cell<Option<T>>;
    /// Its core and its value, found at once.
    fn parts(&self) -> (&Core, &Cell<Option<T>>) {
        (self.core(), self.value())
    }
}

/// Whether two handles are of one future.
pub(crate) fn is_same(a: &dyn RawFuture, b: &dyn RawFuture) -> bool {
    std::ptr::eq(a.core(), b.core())
}

/// The repr of a result; `<taken>` once it was moved out.
pub(crate) fn value_repr<T: 'static>(cell: &Cell<Option<T>>) -> String {
    let value = cell.take();
    let repr = value.as_ref().map_or_else(|| "<taken>".to_owned(), repr_value);
    cell.set(value);
    repr
}

/// Ends the future whose core is `core` with success or failure and schedules its callbacks.
#[inline(always)]
#[track_caller]
pub(crate) fn finish(
    core: &Core,
    error: Option<Error>,
    future: impl FnOnce() -> Rc<dyn RawFuture>,
) {
    let failed = error.is_some();
    if failed {
        core.error.set(error);
    }
    core.state.set(State::Finished);
    if core.callbacks.is_empty() {
        core.log_traceback.set(failed);
    } else {
        core.callbacks.schedule(&future(), core, failed);
    }
}

/// Ends a pending `future` as cancelled and schedules its callbacks: `Future.cancel` itself.
///
/// `error` is the `CancelledError` that a task ended with.
#[track_caller]
pub(crate) fn finish_cancelled(
    future: &Rc<dyn RawFuture>,
    message: CancelMessage,
    error: Option<Error>,
) -> bool {
    let core = future.core();
    core.retrieved();
    if core.done() {
        return false;
    }
    core.error.set(error);
    core.set_cancel_message(message);
    core.state.set(State::Cancelled);
    core.callbacks.schedule(future, core, false);
    true
}

/// Ends a pending `future` with an exception: `Future.set_exception`.
#[track_caller]
pub(crate) fn set_exception(future: &Rc<dyn RawFuture>, error: Error) -> Result<()> {
    if future.task().is_some() {
        return Err(RuntimeError("Task does not support set_exception operation"));
    }
    future.core().check_pending()?;
    let error = if error.is::<StopIteration>() {
        let replacement = RuntimeError(
            "StopIteration interacts badly with generators and cannot be raised into a Future",
        );
        replacement.with_cause(error.clone()).with_context(error)
    } else {
        error
    };
    finish(future.core(), Some(error), || Rc::clone(future));
    Ok(())
}

/// Registers a function of the user's; `narrow` finds the handle that it takes.
#[track_caller]
pub(crate) fn add_function<F, H, R>(
    future: &Rc<dyn RawFuture>,
    function: F,
    narrow: fn(AnyFuture) -> Option<H>,
    context: ContextSlot,
) -> CallbackId
where
    F: FnOnce(&H) -> R + 'static,
    H: 'static,
    R: CallbackOutput + 'static,
{
    // A closure would name itself, not our caller.
    let created = if future.core().created().is_some() { Some(Location::caller()) } else { None };
    let function = Function::new(function, narrow, context, created);
    let id = function.callback_id();
    add_callback(future, Rc::new(function));
    id
}

/// Ends a pending future with a value.
#[track_caller]
pub(crate) fn finish_with<T: 'static>(future: &Rc<dyn Typed<T>>, value: T) -> Result<()> {
    future.core().check_pending()?;
    future.value().set(Some(value));
    finish(future.core(), None, || future.clone());
    Ok(())
}

/// A plain future.
pub(crate) struct FutureCell<T> {
    core: Core,
    value: Cell<Option<T>>,
}

impl<T: 'static> FutureCell<T> {
    #[track_caller]
    pub(crate) fn new(loop_: &EventLoop) -> Rc<Self> {
        let rare = Rare::new(loop_.created());
        place::rc(|| Self {
            core: Core::new(Rc::downgrade(&loop_.0), rare),
            value: Cell::new(None),
        })
    }

    /// Ends the future with `value`, unless it is done: then this is false.
    pub(crate) fn wake(self: Rc<Self>, value: T) -> bool {
        if self.core.done() {
            return false;
        }
        self.value.set(Some(value));
        finish(&self.core, None, || self.clone());
        true
    }

    /// Makes a future that was woken a new one, if nobody else knows of it.
    pub(crate) fn renew(mut self: Rc<Self>) -> Option<Rc<Self>> {
        let core = &mut Rc::get_mut(&mut self)?.core;
        let is_plain = core.error.get_mut().is_none() && core.rare.get_mut().is_none();
        if core.state.get() != State::Finished || !is_plain {
            return None;
        }
        core.state.set(State::Pending);
        self.value.take();
        Some(self)
    }

    /// [`Future`]'s poll, of which the type of the future is known.
    #[inline(never)]
    pub(crate) fn poll(
        self: &Rc<Self>,
        registration: &Registration,
        cx: &TaskContext<'_>,
    ) -> Poll<Result<T>> {
        let core = &self.core;
        poll_reading(
            core,
            registration,
            || self.clone(),
            cx,
            || match core.read_error() {
                Some(error) => Err(error),
                None => self.value.take().ok_or_else(taken),
            },
        )
    }
}

impl<T: 'static> RawFuture for FutureCell<T> {
    fn core(&self) -> &Core {
        &self.core
    }

    fn cancel(self: Rc<Self>, message: CancelMessage) -> bool {
        let future: Rc<dyn RawFuture> = self;
        finish_cancelled(&future, message, None)
    }

    fn downcast(self: Rc<Self>, slot: &mut dyn Any) {
        fill(slot, self);
    }

    fn result_repr(&self) -> String {
        value_repr(&self.value)
    }
}

impl<T: 'static> Typed<T> for FutureCell<T> {
    fn value(&self) -> &Cell<Option<T>> {
        &self.value
    }
}

impl<T> Drop for FutureCell<T> {
    fn drop(&mut self) {
        if self.core.is_unretrieved() {
            report_never_retrieved(&mut self.core, "Future", Twin::default());
        }
    }
}

/// Puts `future` into `slot` if that is an `Option<Rc<dyn Typed<T>>>`.
pub(crate) fn fill<T: 'static>(slot: &mut dyn Any, future: Rc<dyn Typed<T>>) {
    if let Some(slot) = slot.downcast_mut::<Option<Rc<dyn Typed<T>>>>() {
        *slot = Some(future);
    }
}

/// A result that is not there yet.
///
/// A cheap handle: clones are the same future. `future.await` moves the result out;
/// `(&future).await` and [`result`](Self::result) leave it there and need `T: Clone`. Dropping
/// handles cancels nothing; when the last one goes, a failure that nobody saw is reported.
/// Mirrors `asyncio.Future`.
///
/// # Cancellation
/// When the task that awaits a pending future is cancelled, the future is cancelled, and
/// `CancelledError` is raised at the await. To keep it, await it through `shield`.
///
/// ```
/// # fn main() -> asyncio::Result<()> {
/// async fn main() -> asyncio::Result<()> {
///     let future = asyncio::Future::new();
///     let setter = future.clone();
///     asyncio::get_running_loop().call_soon(move || setter.set_result("hello"));
///     assert_eq!(future.await?, "hello");
///     Ok(())
/// }
/// asyncio::run(main())
/// # }
/// ```
pub struct Future<T>(pub(crate) Rc<dyn Typed<T>>, Registration);

impl<T: 'static> Future<T> {
    /// Creates a future that belongs to the current event loop. Mirrors `asyncio.Future()`.
    ///
    /// # Panics
    /// As [`get_event_loop`](crate::get_event_loop).
    #[track_caller]
    #[expect(clippy::new_without_default, reason = "it panics where there is no event loop")]
    pub fn new() -> Self {
        Self::on(&events::get_event_loop())
    }

    #[track_caller]
    pub(crate) fn on(loop_: &EventLoop) -> Self {
        Self::of(FutureCell::new(loop_))
    }

    pub(crate) fn of(future: Rc<dyn Typed<T>>) -> Self {
        Self(future, Registration::default())
    }

    pub(crate) fn core(&self) -> &Core {
        self.0.core()
    }

    pub(crate) fn raw(&self) -> Rc<dyn RawFuture> {
        self.0.clone()
    }

    /// The result, cloned.
    ///
    /// Mirrors `Future.result`.
    ///
    /// # Errors
    /// What the future failed with; CancelledError; InvalidStateError if it is pending, or if
    /// the result was moved out already.
    pub fn result(&self) -> Result<T>
    where
        T: Clone,
    {
        if let Some(error) = self.core().read_error() {
            return Err(error);
        }
        let value = PutBack { cell: self.0.value(), value: Some(self.take_value()?) };
        value.value.clone().ok_or_else(taken)
    }

    /// The result, moved out: the way for a done-callback when `T` is not `Clone`.
    ///
    /// # Errors
    /// As [`result`](Self::result).
    pub fn take_result(&self) -> Result<T> {
        match self.core().read_error() {
            Some(error) => Err(error),
            None => self.take_value(),
        }
    }

    /// The result of a future that has ended with one.
    #[inline]
    pub(crate) fn take_value(&self) -> Result<T> {
        self.0.value().take().ok_or_else(taken)
    }

    /// Ends the future with `value`. Mirrors `Future.set_result`.
    ///
    /// # Errors
    /// InvalidStateError if it is done; RuntimeError if it is a task.
    ///
    /// # Panics
    /// RuntimeError `Event loop is closed` if there are callbacks to schedule.
    #[track_caller]
    pub fn set_result(&self, value: T) -> Result<()> {
        if self.0.task().is_some() {
            return Err(RuntimeError("Task does not support set_result operation"));
        }
        if self.0.is_view() {
            return Err(RuntimeError("a future without its type takes no result"));
        }
        finish_with(&self.0, value)
    }

    /// This future with its type forgotten.
    pub fn any(&self) -> AnyFuture {
        AnyFuture(self.raw())
    }

    /// This future as the task that it is, if it is one.
    pub fn as_task(&self) -> Option<tasks::Task<T>> {
        self.0.task()?;
        Some(tasks::Task::from_future(self.clone()))
    }
}

#[cold]
fn taken() -> Error {
    InvalidStateError(
        "the result was taken already: to share it, await `&future` or call `result()`",
    )
}

/// A value that returns to its cell, also when its clone panics.
struct PutBack<'a, T> {
    cell: &'a Cell<Option<T>>,
    value: Option<T>,
}

impl<T> Drop for PutBack<'_, T> {
    fn drop(&mut self) {
        self.cell.set(self.value.take());
    }
}

/// Adds a done-callback, or schedules it if `future` is done.
pub(crate) fn add_callback(future: &Rc<dyn RawFuture>, callback: Rc<dyn DoneCallback>) {
    let core = future.core();
    if !core.done() {
        core.callbacks.push(callback);
    } else if let Some(loop_) = core.try_get_loop() {
        callback.schedule(future, &loop_);
    }
}

future_methods! {
    impl [T] Future<T> {
        narrow = |future: AnyFuture| future.downcast::<T>();
    }
}

impl<T> Clone for Future<T> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0), Registration::default())
    }
}

impl<T> Unpin for Future<T> {}

impl<T: 'static> StdFuture for Future<T> {
    type Output = Result<T>;

    fn poll(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Result<T>> {
        let (core, value) = self.0.parts();
        poll_reading(
            core,
            &self.1,
            || self.raw(),
            cx,
            || match core.read_error() {
                Some(error) => Err(error),
                None => value.take().ok_or_else(taken),
            },
        )
    }
}

impl<T: Clone + 'static> IntoFuture for &Future<T> {
    type Output = Result<T>;
    type IntoFuture = Shared<T>;

    fn into_future(self) -> Shared<T> {
        Shared { future: self.clone(), read: Future::result }
    }
}

impl<T: 'static> PartialEq for Future<T> {
    fn eq(&self, other: &Self) -> bool {
        is_same(&*self.0, &*other.0)
    }
}

impl<T: 'static> Eq for Future<T> {}

impl<T: 'static> fmt::Debug for Future<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base_futures::future_repr(&*self.raw()))
    }
}

/// The await of `&future`: gives a clone of the result and leaves it there.
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Shared<T> {
    pub(crate) future: Future<T>,
    pub(crate) read: fn(&Future<T>) -> Result<T>,
}

impl<T> Unpin for Shared<T> {}

impl<T: 'static> StdFuture for Shared<T> {
    type Output = Result<T>;

    fn poll(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Result<T>> {
        let future = &self.future;
        poll_reading(future.core(), &future.1, || future.raw(), cx, || (self.read)(future))
    }
}

impl<T: 'static> fmt::Debug for Shared<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.future.fmt(f)
    }
}
