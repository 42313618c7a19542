//! Functions that other threads run for the loop, and the futures here that hear of them.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::mem;
use std::sync::Arc;
use std::thread;

use super::EventLoop;
use crate::concurrent::{self, Executor, ThreadPoolExecutor, ThreadPoolOptions};
use crate::events::{self, LoopHandle, call_here};
use crate::exceptions::{Result, RuntimeError, TimeoutError};
use crate::format_helpers::repr_float;
use crate::futures::{self, AnyFuture, Future};
use crate::log;
use crate::selector_events::Remote;
use crate::timeouts::{IntoTimeout, Timeout};

/// What a loop knows of other threads.
#[derive(Default)]
pub(super) struct Threads {
    default_executor: RefCell<Option<Arc<dyn Executor>>>,
    executor_shutdown_called: Cell<bool>,
    parked: RefCell<HashMap<u64, Parked>>,
    last_ticket: Cell<u64>,
    /// How many jobs other threads have to do for this loop.
    jobs: Cell<usize>,
}

/// A future that something on another thread will ask for by its number.
struct Parked {
    future: AnyFuture,
    /// Whether a thread works on it.
    is_job: bool,
}

// What the user calls.
impl EventLoop {
    /// Has `executor`, or with `None` the default one, call `function` on another thread.
    ///
    /// The default executor is a [`ThreadPoolExecutor`] that is made when it is first needed;
    /// its threads are called `asyncio_0`, `asyncio_1`, … The function does not see the context
    /// variables of the caller; with [`to_thread`](crate::to_thread()) it does. Mirrors
    /// `loop.run_in_executor`.
    ///
    /// # Errors
    /// RuntimeError `Executor shutdown has been called` of the default executor; what `executor`
    /// fails with if it takes no jobs any more.
    ///
    /// # Panics
    /// RuntimeError `Event loop is closed`.
    ///
    /// # Cancellation
    /// Cancelling the future cancels the call, in the next iteration, if it did not begin; a
    /// function that runs goes on, and nobody hears of its result.
    ///
    /// ```
    /// # fn main() -> asyncio::Result<()> {
    /// use asyncio::concurrent::ThreadPoolExecutor;
    ///
    /// async fn main() -> asyncio::Result<()> {
    ///     let loop_ = asyncio::get_running_loop();
    ///     let sum = loop_.run_in_executor(None, || asyncio::Ok((1..=100).sum::<i32>()))?;
    ///     assert_eq!(sum.await?, 5050);
    ///
    ///     let pool = ThreadPoolExecutor::new();
    ///     let read = loop_.run_in_executor(Some(&pool), || std::fs::read("/dev/null"))?;
    ///     assert!(read.await?.is_empty());
    ///     pool.shutdown(true, false)
    /// }
    /// asyncio::run(main())
    /// # }
    /// ```
    #[track_caller]
    pub fn run_in_executor<F, T, E>(
        &self,
        executor: Option<&dyn Executor>,
        function: F,
    ) -> Result<Future<T>>
    where
        F: FnOnce() -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
    {
        self.check_closed();
        let employer = Arc::clone(&self.0.remote);
        let job = move || {
            let _employed = Employed::by(employer);
            function()
        };
        let source = match executor {
            Some(executor) => concurrent::submit(executor, job)?,
            None => concurrent::submit(&self.default_executor()?, job)?,
        };
        Ok(futures::wrap_job(source, self))
    }

    /// Sets what [`run_in_executor`](Self::run_in_executor) uses by default.
    ///
    /// The executor before it is not shut down. Mirrors `loop.set_default_executor`.
    ///
    /// # Differences from Python
    /// Any [`Executor`] will do; Python wants a `ThreadPoolExecutor`.
    pub fn set_default_executor(&self, executor: impl Executor + 'static) {
        let before = self.0.threads.default_executor.replace(Some(Arc::new(executor)));
        drop(before);
    }

    /// Shuts the default executor down, and waits for its threads, for at most `timeout`
    /// seconds; `None` is no limit.
    ///
    /// From now on [`run_in_executor`](Self::run_in_executor) refuses to use it. When the time
    /// is over that is logged, and the threads are left alone. Mirrors
    /// `loop.shutdown_default_executor`.
    ///
    /// # Errors
    /// What the executor's shutdown fails with; RuntimeError if no thread can be started to
    /// wait for it.
    pub async fn shutdown_default_executor(&self, timeout: impl IntoTimeout) -> Result<()> {
        let timeout = timeout.into_timeout();
        self.note_executor_shutdown();
        let executor = self.0.threads.default_executor.borrow().clone();
        let Some(executor) = executor else { return Ok(()) };
        let future = self.create_future();
        let ticket = self.park_job(future.any());
        let joined = Arc::clone(&executor);
        let thread = thread::Builder::new().spawn(move || do_shutdown(&*joined, ticket));
        let Ok(thread) = thread else { return Err(RuntimeError("can't start new thread")) };

        let limit = Timeout::new(timeout.map(|seconds| self.time() + seconds));
        limit.enter()?;
        let outcome: Result<()> = future.await;
        match limit.exit(outcome) {
            Ok(()) => {
                // It has sent its last word.
                let _ = thread.join();
                Ok(())
            }
            Err(error) if error.is::<TimeoutError>() => {
                warn_of_threads(timeout);
                executor.shutdown(false, false)
            }
            Err(error) => Err(error),
        }
    }
}

/// Joins the executor's threads and tells the loop.
fn do_shutdown(executor: &dyn Executor, ticket: Ticket) {
    let outcome = call_here(|| executor.shutdown(true, false));
    let _ = ticket.deliver("_set_result_unless_cancelled", |future| {
        if future.cancelled() {
            return Ok(());
        }
        match (outcome, future.downcast()) {
            (Err(error), _) => future.set_exception(error),
            (Ok(()), Some(future)) => future.set_result(()),
            (Ok(()), None) => unreachable!("it was parked with this type"),
        }
    });
}

fn warn_of_threads(timeout: Option<f64>) {
    let timeout = timeout.map_or_else(|| "None".to_owned(), repr_float);
    // Python prints what it was given, which is a whole number more often than not.
    let timeout = timeout.strip_suffix(".0").unwrap_or(&timeout);
    log::warning(&format!(
        "RuntimeWarning: The executor did not finishing joining its threads within {timeout} \
         seconds."
    ));
}

// What the loop itself needs.
impl EventLoop {
    fn default_executor(&self) -> Result<Arc<dyn Executor>> {
        let threads = &self.0.threads;
        if threads.executor_shutdown_called.get() {
            return Err(RuntimeError("Executor shutdown has been called"));
        }
        if let Some(executor) = &*threads.default_executor.borrow() {
            return Ok(Arc::clone(executor));
        }
        let options = ThreadPoolOptions::new().thread_name_prefix("asyncio");
        let executor: Arc<dyn Executor> = Arc::new(ThreadPoolExecutor::with(options));
        threads.default_executor.replace(Some(Arc::clone(&executor)));
        Ok(executor)
    }

    pub(super) fn has_default_executor(&self) -> bool {
        self.0.threads.default_executor.borrow().is_some()
    }

    /// From now on the default executor takes no jobs.
    pub(super) fn note_executor_shutdown(&self) {
        self.0.threads.executor_shutdown_called.set(true);
    }

    /// Shuts the default executor down without waiting, and lets go of what waits for threads.
    pub(super) fn close_executor(&self) -> Result<()> {
        self.note_executor_shutdown();
        let threads = &self.0.threads;
        let parked = mem::take(&mut *threads.parked.borrow_mut());
        parked.into_values().for_each(|parked| self.drop_reporting(parked));
        threads.jobs.set(0);
        let executor = threads.default_executor.take();
        executor.map_or(Ok(()), |executor| executor.shutdown(false, false))
    }

    /// Whether a thread works for this loop, and does not itself wait for the loop.
    pub(super) fn waits_for_threads(&self) -> bool {
        self.0.threads.jobs.get() > self.0.remote.paused_jobs()
    }

    /// Keeps a future of this thread for one that other threads will ask for.
    pub(crate) fn park(&self, future: AnyFuture) -> Ticket {
        self.park_as(future, false)
    }

    /// [`park`](Self::park), of what a thread is working on.
    pub(crate) fn park_job(&self, future: AnyFuture) -> Ticket {
        self.0.threads.jobs.update(|jobs| jobs + 1);
        self.park_as(future, true)
    }

    fn park_as(&self, future: AnyFuture, is_job: bool) -> Ticket {
        let threads = &self.0.threads;
        let number = threads.last_ticket.get() + 1;
        threads.last_ticket.set(number);
        threads.parked.borrow_mut().insert(number, Parked { future, is_job });
        Ticket { remote: Arc::clone(&self.0.remote), number }
    }

    /// Gives back what was parked, unless it was fetched before.
    pub(crate) fn unpark(&self, number: u64) -> Option<AnyFuture> {
        let parked = self.0.threads.parked.borrow_mut().remove(&number)?;
        if parked.is_job {
            self.0.threads.jobs.update(|jobs| jobs - 1);
        }
        Some(parked.future)
    }
}

/// A future of a loop's thread, as other threads may hold it.
pub(crate) struct Ticket {
    remote: Arc<Remote>,
    number: u64,
}

impl Ticket {
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Has `visit` see the future on the thread of its loop: in place if that loop is running
    /// here, else as a call of the loop's, which goes by `name`.
    ///
    /// Nothing happens if the loop is closed, or if the future was unparked.
    pub(crate) fn deliver<F>(self, name: &'static str, visit: F) -> Result<()>
    where
        F: FnOnce(&AnyFuture) -> Result<()> + Send + 'static,
    {
        if let Some(loop_) = events::_get_running_loop()
            && Arc::ptr_eq(&loop_.0.remote, &self.remote)
        {
            return loop_.unpark(self.number).map_or(Ok(()), |future| visit(&future));
        }
        let number = self.number;
        let call = move || match events::get_running_loop().unpark(number) {
            Some(future) => visit(&future),
            None => Ok(()),
        };
        // A closed loop has nobody who waits for this.
        let _ = LoopHandle(self.remote).call_named(name, call);
        Ok(())
    }
}

thread_local! {
    /// The loop that the job on this thread is done for.
    static EMPLOYER: RefCell<Option<Arc<Remote>>> = const { RefCell::new(None) };
}

/// Marks this thread as working for a loop.
struct Employed {
    before: Option<Arc<Remote>>,
}

impl Employed {
    fn by(employer: Arc<Remote>) -> Self {
        Self { before: EMPLOYER.replace(Some(employer)) }
    }
}

impl Drop for Employed {
    fn drop(&mut self) {
        EMPLOYER.set(self.before.take());
    }
}

/// Whether this thread is busy with a job of the loop that `remote` leads to.
pub(crate) fn works_for(remote: &Arc<Remote>) -> bool {
    let is_it = |employer: &Option<Arc<Remote>>| {
        employer.as_ref().is_some_and(|employer| Arc::ptr_eq(employer, remote))
    };
    EMPLOYER.try_with(|employer| is_it(&employer.borrow())).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use crate::concurrent::Future;
    use crate::tasks::sleep;
    use crate::{Result, new_event_loop, run_coroutine_threadsafe, wrap_future_with};

    #[test]
    fn what_is_over_is_not_kept() -> Result<()> {
        let loop_ = new_event_loop();
        let job = loop_.run_in_executor(None, || crate::Ok(()))?;
        let cancelled = loop_.run_in_executor(None, || crate::Ok(()))?;
        cancelled.cancel();
        let wrapped = wrap_future_with(Future::<()>::new(), &loop_);
        wrapped.cancel();
        let done = run_coroutine_threadsafe(|| sleep(0), &loop_.handle());
        let late = run_coroutine_threadsafe(|| sleep(60), &loop_.handle());
        late.cancel();
        let own = loop_.clone();
        loop_.run_until_complete(async move {
            job.await?;
            own.shutdown_default_executor(None).await
        })?;
        for _ in 0..5 {
            loop_.stop();
            loop_.run_forever()?;
        }
        assert!(done.done() && late.cancelled());
        assert!(loop_.0.threads.parked.borrow().is_empty());
        assert_eq!(loop_.0.threads.jobs.get(), 0);
        loop_.close()
    }
}
