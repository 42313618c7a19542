//! What expansions and this project's own tests call; not covered by semver.

use std::any::Any;
use std::cell::Cell;
use std::future::Future as StdFuture;
use std::panic::resume_unwind;

pub use std::option::Option::{None, Some};
pub use std::process::ExitCode;
pub use std::result::Result::{Err, Ok};

#[cfg(feature = "macros")]
pub use asyncio_macros as macros;

#[path = "private/arguments.rs"]
mod arguments;
#[path = "private/blocks.rs"]
mod blocks;
#[path = "private/coroutines.rs"]
mod coroutines;
#[path = "private/each_await.rs"]
mod each_await;
#[path = "private/except.rs"]
mod except;
#[path = "private/raise.rs"]
mod raise;

pub use arguments::{
    AreHandles, Impossible, IsAwaitable, IsContext, IsFlag, IsName, IsReturnWhen, No, Yes,
    awaitable, awaitables, context, flag, handles, name, return_when, timeout,
};
pub use blocks::{
    Attempt, Flow, IsFuture, IsIterable, IsManager, Iterable, Next, NoValue, Place, Swallowed,
    With, attempt, awaited, enter, fail, failed, group, handling, iterable, leave, next, ok, place,
    place_in, slot, swallowed, then, with, within,
};
pub use coroutines::{
    AsItIs, AwaitedAsItIs, AwaitedInPlace, Cancellable, InPlace, IsGenerator, OutputType,
    RaisedInPlace, RaisedOutOfBody, cancellable, coroutine, generator, type_of_output,
};
pub use each_await::each_await;
pub use except::{CatchAny, CatchExact, Caught, IsClass, Starred, caught, is, starred};
pub use raise::{IsCause, IsException, Raises, cause, err, exception};

pub use crate::Result;
pub use crate::coroutines::{Unstarted, unstarted};
pub use crate::exceptions::Error;
pub use crate::log::{Sink, set_log_sink};
pub use crate::runners::{RunOptions, run_with};
pub use crate::tasks::{
    TaskOptions, WaitOptions, as_completed_with, create_task_with, gather, gather_all,
    gather_all_return_exceptions, gather_return_exceptions, shield, wait_for, wait_with,
};
pub use crate::timeouts::timeout as new_timeout;

use crate::sys::end_by_sigint;
use crate::{EventLoop, KeyboardInterrupt, PanicError, SystemExit, TimeoutError, wrap};

/// What `#[asyncio::main]` and `#[asyncio::test]` accept as the result of their function.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the result of a program or a test",
    label = "write `asyncio::Result<()>`, or no type at all",
    note = "a `Result`'s error has to convert into `Box<dyn std::error::Error + Send + Sync>`"
)]
pub trait Outcome {
    /// What is left when all went well.
    type Value: 'static;

    /// As a result with Python's exception.
    fn into_result(self) -> Result<Self::Value>;
}

#[diagnostic::do_not_recommend]
impl Outcome for () {
    type Value = ();

    fn into_result(self) -> Result<()> {
        Ok(())
    }
}

#[diagnostic::do_not_recommend]
impl<T, E> Outcome for Result<T, E>
where
    T: 'static,
    E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
{
    type Value = T;

    fn into_result(self) -> Result<T> {
        self.map_err(Error::from_failure)
    }
}

/// Runs `#[asyncio::main]`: an exception is printed, and the status is that of Python.
#[track_caller]
pub fn main<F>(main: F, options: RunOptions) -> ExitCode
where
    F: StdFuture<Output: Outcome> + 'static,
{
    match run_with(async { main.await.into_result() }, options) {
        Ok(value) => status(&value),
        Err(error) => report(&error),
    }
}

/// Zero, unless `main` gave a status itself.
fn status(value: &dyn Any) -> ExitCode {
    value.downcast_ref().copied().unwrap_or(ExitCode::SUCCESS)
}

/// What Python does with an exception that nobody caught.
fn report(error: &Error) -> ExitCode {
    resume_panic(error);
    if let Some(SystemExit { code, .. }) = error.downcast_ref() {
        // A process has eight bits for its status.
        return ExitCode::from(*code as u8);
    }
    eprintln!("{}", error.format_exception());
    if error.is::<KeyboardInterrupt>() {
        end_by_sigint();
    }
    ExitCode::FAILURE
}

/// Runs `#[asyncio::main]` on a function of another name, which gives back what it would.
///
/// # Panics
/// With the text of an exception that ended the loop and not the function, such as a
/// KeyboardInterrupt.
#[track_caller]
pub fn block_on<F>(future: F, options: RunOptions) -> F::Output
where
    F: StdFuture<Output: 'static> + 'static,
{
    match run_with(wrap(future), options) {
        Ok(output) => output,
        Err(error) => panic_with(&error),
    }
}

/// The options of `#[asyncio::test]`.
#[derive(Clone, Copy, Debug)]
pub struct TestOptions {
    debug: bool,
    loop_factory: Option<fn() -> EventLoop>,
    timeout: Option<f64>,
}

impl TestOptions {
    /// Debug mode, real time, and no limit of it.
    #[expect(clippy::new_without_default, reason = "expansions alone make one")]
    pub fn new() -> Self {
        Self { debug: true, loop_factory: None, timeout: None }
    }

    /// Whether the loop runs in debug mode, as in Python's `IsolatedAsyncioTestCase`.
    #[must_use]
    pub fn debug(mut self, debug: bool) -> Self {
        self.debug = debug;
        self
    }

    /// What makes the loop, as the attribute of that name in `IsolatedAsyncioTestCase`.
    #[must_use]
    pub fn loop_factory(mut self, loop_factory: fn() -> EventLoop) -> Self {
        self.loop_factory = Some(loop_factory);
        self
    }

    /// Whether time jumps to the next deadline when there is nothing else to do.
    #[must_use]
    pub fn virtual_time(mut self, virtual_time: bool) -> Self {
        self.loop_factory = virtual_time.then_some(EventLoop::with_virtual_clock);
        self
    }

    /// After how many seconds the test is cancelled and fails.
    #[must_use]
    pub fn timeout(mut self, seconds: f64) -> Self {
        self.timeout = Some(seconds);
        self
    }

    fn run_options(&self) -> RunOptions {
        let run_options = RunOptions::new().debug(self.debug);
        match self.loop_factory {
            Some(loop_factory) => run_options.loop_factory(loop_factory),
            None => run_options,
        }
    }
}

/// Runs `#[asyncio::test]`.
///
/// # Panics
/// With the text of the exception that the test fails with; with the test's own panic.
#[track_caller]
pub fn test<F>(test: F, options: TestOptions)
where
    F: StdFuture<Output: Outcome> + 'static,
{
    if let Err(error) = run_with(limited(test, options.timeout), options.run_options()) {
        panic_with(&error);
    }
}

/// Awaits the test, and cancels it when its time is over.
async fn limited<O: Outcome>(
    test: impl StdFuture<Output = O>,
    timeout: Option<f64>,
) -> Result<O::Value> {
    let Some(seconds) = timeout else {
        return test.await.into_result();
    };
    // A TimeoutError of the test's own says enough.
    let failed = Cell::new(false);
    let watched = async {
        let result = test.await.into_result();
        failed.set(result.as_ref().is_err_and(|error| !error.is_cancelled()));
        result
    };
    let result = wait_for(watched, seconds).await;
    if failed.get() || !result.as_ref().is_err_and(|error| error.is::<TimeoutError>()) {
        return result;
    }
    Err(TimeoutError(format!("the test was not done after {seconds} seconds")))
}

/// Panics with what Python would print.
#[track_caller]
fn panic_with(error: &Error) -> ! {
    resume_panic(error);
    panic!("{}", error.format_exception())
}

/// Goes on with a panic that a task had caught; its message was printed then.
fn resume_panic(error: &Error) {
    let panic = error.downcast_ref::<PanicError>();
    if let Some(payload) = panic.and_then(PanicError::take_payload) {
        resume_unwind(payload);
    }
}

/// The exception for what `catch_unwind` caught: the one that a panic of ours stands for, else a
/// `PanicError`.
pub fn raised(payload: Box<dyn Any + Send>) -> Error {
    crate::exceptions::from_panic(payload)
}

/// The number of iterations that `loop_` has begun.
pub fn iteration(loop_: &EventLoop) -> u64 {
    loop_.iteration()
}
