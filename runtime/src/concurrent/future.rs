//! The future of a function that a thread runs; mirrors `Future` of `concurrent/futures/_base.py`.
//!
//! ```text
//!            set_running_or_notify_cancel       set_result, set_exception
//!  Pending ────────────────────────────▶ Running ────────────────────────▶ Finished
//!     │                cancel                       (from Pending as well)
//!     └────────────────────────────────▶ Cancelled ──▶ CancelledAndNotified
//!                                              set_running_or_notify_cancel
//! ```
//!
//! Whoever ends it calls the done-callbacks, on its own thread and at once. The lock of the
//! state is never held while code of the user's runs; the value has a lock of its own, under
//! which `result` clones it.

use std::any::type_name;
use std::fmt;
use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{CancelledError, InvalidStateError, lock};
use crate::base_events::works_for;
use crate::events::{self, CallbackOutput};
use crate::exceptions::{Error, Result, RuntimeError, TimeoutError};
use crate::log;
use crate::selector_events::Remote;
use crate::timeouts::IntoTimeout;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    Pending,
    Running,
    Cancelled,
    CancelledAndNotified,
    Finished,
}

impl Phase {
    fn is_done(self) -> bool {
        !matches!(self, Self::Pending | Self::Running)
    }

    fn is_cancelled(self) -> bool {
        matches!(self, Self::Cancelled | Self::CancelledAndNotified)
    }

    /// Python's name of the state.
    fn name(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Running => "RUNNING",
            Self::Cancelled => "CANCELLED",
            Self::CancelledAndNotified => "CANCELLED_AND_NOTIFIED",
            Self::Finished => "FINISHED",
        }
    }

    /// The state as the repr shows it.
    fn description(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Cancelled | Self::CancelledAndNotified => "cancelled",
            Self::Finished => "finished",
        }
    }
}

type DoneCallback<T> = Box<dyn FnOnce(&Future<T>) -> Result<()> + Send>;

struct State<T> {
    phase: Phase,
    error: Option<Error>,
    callbacks: Vec<DoneCallback<T>>,
    /// How many jobs of the loop that serves this future wait for it.
    paused_jobs: usize,
}

struct Inner<T> {
    state: Mutex<State<T>>,
    done: Condvar,
    value: Mutex<Option<T>>,
    /// The loop that runs the coroutine behind this, if there is one.
    server: Option<Arc<Remote>>,
}

/// The result of a function that runs on another thread, or of a coroutine that another
/// thread's loop runs.
///
/// A cheap handle, `Send` and `Sync` if the result is `Send`: clones are the same future. It
/// cannot be awaited; [`wrap_future`](crate::wrap_future()) makes one of it that can. Mirrors
/// `concurrent.futures.Future`.
///
/// ```
/// use asyncio::concurrent::Future;
///
/// # fn main() -> asyncio::Result<()> {
/// let future = Future::new();
/// let setter = future.clone();
/// let thread = std::thread::spawn(move || setter.set_result("hello"));
/// assert_eq!(future.result(5)?, "hello");
/// thread.join().unwrap()
/// # }
/// ```
pub struct Future<T>(Arc<Inner<T>>);

// What whoever waits for the result calls.
impl<T> Future<T> {
    /// The result, cloned, after waiting for it for at most `timeout` seconds; `None` is no
    /// limit.
    ///
    /// This blocks the thread; one that runs an event loop awaits
    /// [`wrap_future`](crate::wrap_future()) instead. Mirrors `Future.result`.
    ///
    /// # Errors
    /// What the function failed with; [`concurrent::CancelledError`](struct@CancelledError);
    /// TimeoutError when the time is over; [`InvalidStateError`](struct@InvalidStateError) if
    /// the result was moved out already.
    pub fn result(&self, timeout: impl IntoTimeout) -> Result<T>
    where
        T: Clone,
    {
        self.wait(timeout)?;
        lock(&self.0.value).clone().ok_or_else(taken)
    }

    /// The result, moved out: the way for what is not `Clone`.
    ///
    /// # Errors
    /// As [`result`](Self::result).
    pub fn take_result(&self, timeout: impl IntoTimeout) -> Result<T> {
        self.wait(timeout)?;
        lock(&self.0.value).take().ok_or_else(taken)
    }

    /// The exception that the function failed with, or `None` if it gave a result, after waiting
    /// for at most `timeout` seconds. Mirrors `Future.exception`.
    ///
    /// # Errors
    /// [`concurrent::CancelledError`](struct@CancelledError); TimeoutError when the time is over.
    pub fn exception(&self, timeout: impl IntoTimeout) -> Result<Option<Error>> {
        let state = self.wait_until_done(timeout)?;
        Ok(state.error.clone())
    }

    /// Cancels the call if it did not begin yet; false if it is running or finished.
    ///
    /// The done-callbacks are called here. Mirrors `Future.cancel`.
    pub fn cancel(&self) -> bool {
        let state = lock(&self.0.state);
        match state.phase {
            Phase::Running | Phase::Finished => false,
            Phase::Cancelled | Phase::CancelledAndNotified => true,
            Phase::Pending => {
                self.conclude(state, Phase::Cancelled);
                true
            }
        }
    }

    /// Whether the call was cancelled. Mirrors `Future.cancelled`.
    pub fn cancelled(&self) -> bool {
        self.phase().is_cancelled()
    }

    /// Whether the call is running: it can no longer be cancelled. Mirrors `Future.running`.
    pub fn running(&self) -> bool {
        self.phase() == Phase::Running
    }

    /// Whether the call was cancelled or has finished. Mirrors `Future.done`.
    pub fn done(&self) -> bool {
        self.phase().is_done()
    }

    /// Calls `callback` with this future when it is done, on the thread that ends it; at once, if
    /// it is done already.
    ///
    /// Callbacks are called in the order in which they were added. One that fails or panics is
    /// logged and the others are called all the same. Mirrors `Future.add_done_callback`.
    ///
    /// # Differences from Python
    /// SystemExit and KeyboardInterrupt are logged, too; Python raises them in the thread.
    pub fn add_done_callback<F, R>(&self, callback: F)
    where
        F: FnOnce(&Self) -> R + Send + 'static,
        R: CallbackOutput,
    {
        let callback = move |future: &Self| callback(future).into_outcome();
        let mut state = lock(&self.0.state);
        if !state.phase.is_done() {
            return state.callbacks.push(Box::new(callback));
        }
        drop(state);
        self.call(callback);
    }
}

// What executors and tests call.
impl<T> Future<T> {
    /// A pending future. Executors make them; so do tests.
    pub fn new() -> Self {
        Self::with_server(None)
    }

    /// A future whose result comes from a coroutine of the loop that `server` leads to.
    pub(crate) fn served_by(server: &Arc<Remote>) -> Self {
        Self::with_server(Some(Arc::clone(server)))
    }

    fn with_server(server: Option<Arc<Remote>>) -> Self {
        let state =
            State { phase: Phase::Pending, error: None, callbacks: Vec::new(), paused_jobs: 0 };
        Self(Arc::new(Inner {
            state: Mutex::new(state),
            done: Condvar::new(),
            value: Mutex::new(None),
            server,
        }))
    }

    /// Marks the call as running, or, if it was cancelled, returns false: it must not run.
    ///
    /// An executor calls this before it runs the function. Mirrors
    /// `Future.set_running_or_notify_cancel`.
    ///
    /// # Errors
    /// RuntimeError if it was called before, or if the future has an outcome.
    pub fn set_running_or_notify_cancel(&self) -> Result<bool> {
        let mut state = lock(&self.0.state);
        match state.phase {
            Phase::Pending => {
                state.phase = Phase::Running;
                Ok(true)
            }
            Phase::Cancelled => {
                state.phase = Phase::CancelledAndNotified;
                Ok(false)
            }
            phase => {
                drop(state);
                let (id, name) = (self.address(), phase.name());
                log::concurrent_error(&format!("Future {id} in unexpected state: {name}"));
                Err(RuntimeError("Future in unexpected state"))
            }
        }
    }

    /// Ends the future with a result and calls its callbacks. Mirrors `Future.set_result`.
    ///
    /// # Errors
    /// [`InvalidStateError`](struct@InvalidStateError) if it is done.
    pub fn set_result(&self, value: T) -> Result<()> {
        let state = self.lock_unless_done()?;
        *lock(&self.0.value) = Some(value);
        self.conclude(state, Phase::Finished);
        Ok(())
    }

    /// Ends the future with an exception and calls its callbacks. Mirrors
    /// `Future.set_exception`.
    ///
    /// # Errors
    /// [`InvalidStateError`](struct@InvalidStateError) if it is done.
    pub fn set_exception(&self, exception: impl Into<Error>) -> Result<()> {
        let exception = exception.into();
        let mut state = self.lock_unless_done()?;
        state.error = Some(exception);
        self.conclude(state, Phase::Finished);
        Ok(())
    }
}

impl<T> Future<T> {
    fn phase(&self) -> Phase {
        lock(&self.0.state).phase
    }

    fn lock_unless_done(&self) -> Result<MutexGuard<'_, State<T>>> {
        let state = lock(&self.0.state);
        if state.phase.is_done() {
            let repr = self.repr(&state);
            return Err(InvalidStateError(format!("{}: {repr}", state.phase.name())));
        }
        Ok(state)
    }

    /// Ends the future: wakes who waits, and calls the callbacks without the lock.
    fn conclude(&self, mut state: MutexGuard<'_, State<T>>, phase: Phase) {
        state.phase = phase;
        let callbacks = mem::take(&mut state.callbacks);
        if let Some(server) = &self.0.server {
            server.resume_jobs(mem::take(&mut state.paused_jobs));
        }
        drop(state);
        self.0.done.notify_all();
        for callback in callbacks {
            self.call(callback);
        }
    }

    fn call(&self, callback: impl FnOnce(&Self) -> Result<()>) {
        let Err(error) = events::call_here(|| callback(self)) else { return };
        let error = error.format_exception();
        log::concurrent_error(&format!("exception calling callback for {self:?}\n{error}"));
    }

    /// Waits for a result; an exception is raised.
    fn wait(&self, timeout: impl IntoTimeout) -> Result<()> {
        match self.exception(timeout)? {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    fn wait_until_done(&self, timeout: impl IntoTimeout) -> Result<MutexGuard<'_, State<T>>> {
        let timeout = timeout.into_timeout();
        let mut state = lock(&self.0.state);
        if !state.phase.is_done() && timeout.is_none_or(|seconds| seconds > 0.0) {
            state = self.block(state, timeout);
        }
        match state.phase {
            phase if phase.is_cancelled() => Err(Error::bare::<CancelledError>()),
            Phase::Finished => Ok(state),
            _ => Err(Error::bare::<TimeoutError>()),
        }
    }

    fn block<'a>(
        &self,
        mut state: MutexGuard<'a, State<T>>,
        timeout: Option<f64>,
    ) -> MutexGuard<'a, State<T>> {
        // A job that waits for its own loop does not hold up the loop's virtual clock.
        let server = self.0.server.as_ref().filter(|server| works_for(server));
        if let Some(server) = server {
            state.paused_jobs += 1;
            server.pause_job();
        }
        let is_pending = |state: &mut State<T>| !state.phase.is_done();
        let limit = timeout.map(Duration::try_from_secs_f64);
        let mut state = match limit {
            Some(Ok(limit)) => {
                let waited = self.0.done.wait_timeout_while(state, limit, is_pending);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
            // Longer than a `Duration` can be is for ever.
            Some(Err(_)) | None => {
                let waited = self.0.done.wait_while(state, is_pending);
                waited.unwrap_or_else(PoisonError::into_inner)
            }
        };
        if let Some(server) = server
            && !state.phase.is_done()
        {
            state.paused_jobs -= 1;
            server.resume_jobs(1);
        }
        state
    }

    /// Python's `id`.
    fn address(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }

    fn repr(&self, state: &State<T>) -> String {
        let head = format!("<Future at {:#x} state={}", self.address(), state.phase.description());
        match &state.error {
            Some(error) => format!("{head} raised {}>", short_name(&error.class_name())),
            None if state.phase == Phase::Finished => format!("{head} returned {}>", class::<T>()),
            None => format!("{head}>"),
        }
    }
}

fn taken() -> Error {
    InvalidStateError("the result was taken already: to share it, call `result`")
}

/// The name of the Python class whose values a `T` stands for; else the name of the type.
fn class<T>() -> &'static str {
    match type_name::<T>() {
        "()" => "NoneType",
        "bool" => "bool",
        "f32" | "f64" => "float",
        "&str" | "alloc::string::String" => "str",
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => "int",
        "u8" | "u16" | "u32" | "u64" | "u128" | "usize" => "int",
        name => short_name(name),
    }
}

/// A name without the modules in front of it, be they Python's or Rust's.
fn short_name(name: &str) -> &str {
    // Generic arguments and the members of a tuple have modules of their own.
    let end = name.find(['<', '(', '[']).unwrap_or(name.len());
    let start = name[..end].rfind(['.', ':']).map_or(0, |last| last + 1);
    &name[start..]
}

impl<T> Default for Future<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Clone for Future<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> PartialEq for Future<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Eq for Future<T> {}

impl<T> fmt::Debug for Future<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let repr = self.repr(&lock(&self.0.state));
        f.write_str(&repr)
    }
}

/// The duty to end a future: dropped without having been [taken](Self::take) it fails the
/// future, as only a closed loop forgets what it has to do.
pub(crate) struct Promise<T> {
    future: Future<T>,
    is_taken: bool,
}

impl<T> Promise<T> {
    pub(crate) fn new(future: Future<T>) -> Self {
        Self { future, is_taken: false }
    }

    pub(crate) fn future(&self) -> &Future<T> {
        &self.future
    }

    /// The future, for whoever ends it now.
    pub(crate) fn take(mut self) -> Future<T> {
        self.is_taken = true;
        self.future.clone()
    }
}

impl<T> Drop for Promise<T> {
    fn drop(&mut self) {
        if !self.is_taken {
            // Whoever cancelled it was quicker; then there is nothing to say.
            let _ = self.future.set_exception(RuntimeError("Event loop is closed"));
        }
    }
}
