//! What runs functions on other threads; mirrors `Executor` of `concurrent/futures/_base.py`.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::Future;
use crate::events::call_here;
use crate::exceptions::{Error, Result, from_panic};
use crate::log;

/// What runs jobs on other threads: a pool of threads.
///
/// One method is required, so that a pool of another crate needs three lines:
///
/// ```
/// use asyncio::concurrent::{Executor, Job, submit};
///
/// /// It has a thread for each job.
/// struct ThreadPerJob;
///
/// impl Executor for ThreadPerJob {
///     fn execute(&self, job: Job) -> asyncio::Result<()> {
///         std::thread::spawn(|| job.run());
///         Ok(())
///     }
/// }
///
/// # fn main() -> asyncio::Result<()> {
/// let future = submit(&ThreadPerJob, || asyncio::Ok(6 * 7))?;
/// assert_eq!(future.result(None)?, 42);
/// # Ok(())
/// # }
/// ```
pub trait Executor: Send + Sync {
    /// Takes a job, to run it on another thread.
    ///
    /// # Errors
    /// If it takes no jobs any more; whoever submits the function gets the error.
    fn execute(&self, job: Job) -> Result<()>;

    /// Takes no more jobs; waits, if `wait`, until those it has are done, and cancels, if
    /// `cancel_futures`, those that did not begin.
    ///
    /// Mirrors `Executor.shutdown`; what is provided does nothing, as there.
    ///
    /// # Errors
    /// If it cannot wait.
    fn shutdown(&self, wait: bool, cancel_futures: bool) -> Result<()> {
        let _ = (wait, cancel_futures);
        Ok(())
    }
}

impl<X: Executor + ?Sized> Executor for Arc<X> {
    fn execute(&self, job: Job) -> Result<()> {
        (**self).execute(job)
    }

    fn shutdown(&self, wait: bool, cancel_futures: bool) -> Result<()> {
        (**self).shutdown(wait, cancel_futures)
    }
}

/// Has `executor` call `function`, and returns the future of its result.
///
/// A panic of the function becomes its exception, a [`PanicError`](struct@crate::PanicError).
/// Mirrors `Executor.submit`.
///
/// # Errors
/// If the executor takes no jobs any more.
pub fn submit<X, F, T, E>(executor: &X, function: F) -> Result<Future<T>>
where
    X: Executor + ?Sized,
    F: FnOnce() -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
{
    let future = Future::new();
    let item = WorkItem { future: future.clone(), function: Some(function) };
    executor.execute(Job(Box::new(item)))?;
    Ok(future)
}

/// A function that an [`Executor`] was given to call, and the future that hears of it.
///
/// One that is dropped is cancelled.
#[must_use = "a job that is dropped is cancelled"]
pub struct Job(Box<dyn Work>);

impl Job {
    /// Calls the function, unless it was cancelled, and ends the future. It does not panic.
    pub fn run(self) {
        let Err(error) = call_here(|| self.0.run()) else { return };
        log::concurrent_error(&format!("Exception in worker\n{}", error.format_exception()));
    }

    /// Ends the future with an exception and does not call the function: for an executor that
    /// cannot go on.
    pub fn fail(self, exception: impl Into<Error>) {
        self.0.fail(exception.into());
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Job").field(&self.0.future()).finish()
    }
}

trait Work: Send {
    fn run(self: Box<Self>) -> Result<()>;
    fn fail(&self, exception: Error);
    fn future(&self) -> &dyn fmt::Debug;
}

/// Python's `_WorkItem`.
struct WorkItem<F, T> {
    future: Future<T>,
    function: Option<F>,
}

impl<F, T, E> Work for WorkItem<F, T>
where
    F: FnOnce() -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
{
    fn run(mut self: Box<Self>) -> Result<()> {
        if !self.future.set_running_or_notify_cancel()? {
            return Ok(());
        }
        let Some(function) = self.function.take() else { return Ok(()) };
        let call = AssertUnwindSafe(|| function().map_err(Error::from_failure));
        match catch_unwind(call).unwrap_or_else(|payload| Err(from_panic(payload))) {
            Ok(value) => self.future.set_result(value),
            Err(error) => self.future.set_exception(error),
        }
    }

    fn fail(&self, exception: Error) {
        // It is done only if somebody cancelled it.
        let _ = self.future.set_exception(exception);
    }

    fn future(&self) -> &dyn fmt::Debug {
        &self.future
    }
}

impl<F, T> Drop for WorkItem<F, T> {
    fn drop(&mut self) {
        self.future.cancel();
    }
}
