//! A pool of threads; mirrors `concurrent/futures/thread.py`.

use std::collections::VecDeque;
use std::fmt;
use std::mem;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle, ThreadId};

use super::{BrokenThreadPool, Executor, Future, Job, lock, submit};
use crate::events::{CallbackOutput, call_here};
use crate::exceptions::{Error, Result, RuntimeError, ValueError, panic_with};
use crate::log;

/// The most threads that a pool has if nobody says how many.
const DEFAULT_MAX_WORKERS: usize = 32;

type Initializer = Box<dyn Fn() -> Result<()> + Send + Sync>;

/// Options of [`ThreadPoolExecutor::with`]: Python's arguments of `ThreadPoolExecutor`.
#[derive(Default)]
pub struct ThreadPoolOptions {
    max_workers: Option<usize>,
    thread_name_prefix: String,
    initializer: Option<Initializer>,
}

impl ThreadPoolOptions {
    /// As many threads as [`ThreadPoolExecutor::new`] has, with names of its own.
    pub fn new() -> Self {
        Self::default()
    }

    /// The most threads that the pool may have.
    #[must_use]
    pub fn max_workers(mut self, max_workers: usize) -> Self {
        self.max_workers = Some(max_workers);
        self
    }

    /// What the names of the threads begin with: they are `prefix_0`, `prefix_1`, …
    #[must_use]
    pub fn thread_name_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.thread_name_prefix = prefix.into();
        self
    }

    /// What each thread calls before its first job; if it fails or panics, the pool is broken.
    #[must_use]
    pub fn initializer<F, R>(mut self, initializer: F) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: CallbackOutput,
    {
        self.initializer = Some(Box::new(move || initializer().into_outcome()));
        self
    }
}

impl fmt::Debug for ThreadPoolOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ThreadPoolOptions")
            .field("max_workers", &self.max_workers)
            .field("thread_name_prefix", &self.thread_name_prefix)
            .finish_non_exhaustive()
    }
}

/// Runs functions on a pool of threads.
///
/// A thread is started when a job comes and no thread is idle, up to `max_workers`; an idle
/// one waits for the next job. A cheap handle: clones are the same pool. When the last one
/// goes, the threads finish what is queued, and end; [`shutdown`](Self::shutdown) also waits
/// for them. Mirrors `concurrent.futures.ThreadPoolExecutor`.
///
/// # Differences from Python
/// The process does not wait for the threads of a pool when `main` returns.
///
/// ```
/// use asyncio::concurrent::{ThreadPoolExecutor, ThreadPoolOptions};
///
/// # fn main() -> asyncio::Result<()> {
/// let options = ThreadPoolOptions::new().max_workers(1).thread_name_prefix("worker");
/// let pool = ThreadPoolExecutor::with(options);
/// let name = pool.submit(|| asyncio::Ok(std::thread::current().name().map(String::from)))?;
/// assert_eq!(name.result(None)?.as_deref(), Some("worker_0"));
/// pool.shutdown(true, false)
/// # }
/// ```
#[derive(Clone)]
pub struct ThreadPoolExecutor(Arc<Owner>);

/// What all handles share; the threads have the [`Pool`] alone, and so see them go.
struct Owner(Arc<Pool>);

impl Drop for Owner {
    fn drop(&mut self) {
        lock(&self.0.state).shutdown = true;
        self.0.changed.notify_all();
    }
}

struct Pool {
    state: Mutex<State>,
    /// There is a job, or the end is near.
    changed: Condvar,
    /// Whoever joins the threads holds the lock until they have ended.
    threads: Mutex<Vec<JoinHandle<()>>>,
    max_workers: usize,
    thread_name_prefix: String,
    initializer: Option<Initializer>,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Job>,
    /// How many threads wait for a job.
    idle: usize,
    /// The threads that were started.
    workers: Vec<ThreadId>,
    shutdown: bool,
    broken: bool,
}

impl ThreadPoolExecutor {
    /// A pool of up to four threads more than there are processors, and of no more than 32.
    pub fn new() -> Self {
        Self::with(ThreadPoolOptions::new())
    }

    /// A pool with options.
    ///
    /// # Panics
    /// ValueError `max_workers must be greater than 0`.
    #[track_caller]
    pub fn with(options: ThreadPoolOptions) -> Self {
        static UNNAMED: AtomicUsize = AtomicUsize::new(0);

        let max_workers = options.max_workers.unwrap_or_else(|| {
            let processors = thread::available_parallelism().map_or(1, usize::from);
            DEFAULT_MAX_WORKERS.min(processors + 4)
        });
        if max_workers == 0 {
            panic_with(ValueError("max_workers must be greater than 0"));
        }
        let mut thread_name_prefix = options.thread_name_prefix;
        if thread_name_prefix.is_empty() {
            let number = UNNAMED.fetch_add(1, Ordering::Relaxed);
            thread_name_prefix = format!("ThreadPoolExecutor-{number}");
        }
        Self(Arc::new(Owner(Arc::new(Pool {
            state: Mutex::default(),
            changed: Condvar::new(),
            threads: Mutex::default(),
            max_workers,
            thread_name_prefix,
            initializer: options.initializer,
        }))))
    }

    /// Has a thread of the pool call `function`, and returns the future of its result.
    ///
    /// A panic of the function becomes its exception, a
    /// [`PanicError`](struct@crate::PanicError), and the thread goes on. Mirrors
    /// `ThreadPoolExecutor.submit`.
    ///
    /// # Errors
    /// RuntimeError `cannot schedule new futures after shutdown`;
    /// [`BrokenThreadPool`](struct@BrokenThreadPool) if an initializer failed.
    pub fn submit<F, T, E>(&self, function: F) -> Result<Future<T>>
    where
        F: FnOnce() -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
    {
        submit(self, function)
    }

    /// Takes no more jobs; waits, if `wait`, until those it has are done and its threads have
    /// ended, and cancels, if `cancel_futures`, those that did not begin.
    ///
    /// Mirrors `ThreadPoolExecutor.shutdown`, whose defaults are `wait=True` and
    /// `cancel_futures=False`.
    ///
    /// # Errors
    /// RuntimeError `cannot join current thread` if a job of the pool waits for it.
    pub fn shutdown(&self, wait: bool, cancel_futures: bool) -> Result<()> {
        let pool = self.pool();
        let mut cancelled = VecDeque::new();
        let mut state = lock(&pool.state);
        state.shutdown = true;
        if cancel_futures {
            cancelled = mem::take(&mut state.queue);
        }
        let is_worker = state.workers.contains(&thread::current().id());
        drop(state);
        pool.changed.notify_all();
        // A job that is dropped is cancelled.
        drop(cancelled);
        if !wait {
            return Ok(());
        }
        if is_worker {
            return Err(RuntimeError("cannot join current thread"));
        }
        for thread in lock(&pool.threads).drain(..) {
            // A worker catches what its jobs panic with.
            let _ = thread.join();
        }
        Ok(())
    }

    fn pool(&self) -> &Arc<Pool> {
        &self.0.0
    }
}

impl Executor for ThreadPoolExecutor {
    fn execute(&self, job: Job) -> Result<()> {
        let pool = self.pool();
        let mut state = lock(&pool.state);
        if state.broken {
            return Err(broken());
        }
        if state.shutdown {
            return Err(RuntimeError("cannot schedule new futures after shutdown"));
        }
        // The idle threads may have been promised to jobs that they did not fetch yet.
        if state.queue.len() >= state.idle && state.workers.len() < pool.max_workers {
            pool.start_worker(&mut state)?;
        }
        state.queue.push_back(job);
        drop(state);
        pool.changed.notify_one();
        Ok(())
    }

    fn shutdown(&self, wait: bool, cancel_futures: bool) -> Result<()> {
        self.shutdown(wait, cancel_futures)
    }
}

impl Default for ThreadPoolExecutor {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for ThreadPoolExecutor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = Arc::as_ptr(&self.0).addr();
        write!(f, "<concurrent.futures.thread.ThreadPoolExecutor object at {address:#x}>")
    }
}

impl Pool {
    fn start_worker(self: &Arc<Self>, state: &mut State) -> Result<()> {
        let name = format!("{}_{}", self.thread_name_prefix, state.workers.len());
        let pool = Arc::clone(self);
        let worker = thread::Builder::new().name(name).spawn(move || pool.work());
        let Ok(worker) = worker else { return Err(RuntimeError("can't start new thread")) };
        state.workers.push(worker.thread().id());
        lock(&self.threads).push(worker);
        Ok(())
    }

    /// What a thread does: Python's `_worker`.
    fn work(&self) {
        if let Some(initializer) = &self.initializer
            && let Err(error) = call_here(initializer)
        {
            log::concurrent_error(&format!(
                "Exception in initializer:\n{}",
                error.format_exception()
            ));
            return self.break_down();
        }
        while let Some(job) = self.next_job() {
            job.run();
        }
    }

    /// Waits for a job; `None` if there will be no more.
    fn next_job(&self) -> Option<Job> {
        let mut state = lock(&self.state);
        loop {
            if let Some(job) = state.queue.pop_front() {
                return Some(job);
            }
            if state.shutdown {
                return None;
            }
            state.idle += 1;
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
        }
    }

    /// An initializer failed: no job will ever run.
    fn break_down(&self) {
        let mut state = lock(&self.state);
        state.broken = true;
        let queue = mem::take(&mut state.queue);
        drop(state);
        for job in queue {
            job.fail(broken());
        }
    }
}

fn broken() -> Error {
    BrokenThreadPool("A thread initializer failed, the thread pool is not usable anymore")
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// Waits until so many threads are idle; whoever finished a job soon is.
    fn wait_until_idle(pool: &ThreadPoolExecutor, count: usize) {
        while lock(&pool.pool().state).idle != count {
            thread::yield_now();
        }
    }

    fn workers(pool: &ThreadPoolExecutor) -> usize {
        lock(&pool.pool().state).workers.len()
    }

    #[test]
    fn threads_start_when_needed_and_are_used_again() -> Result<()> {
        let pool = ThreadPoolExecutor::with(ThreadPoolOptions::new().max_workers(2));
        assert_eq!(workers(&pool), 0);
        for _ in 0..3 {
            pool.submit(|| crate::Ok(()))?.result(None)?;
            wait_until_idle(&pool, 1);
            assert_eq!(workers(&pool), 1);
        }

        // The idle one is promised to the first job, whether or not it woke: the second gets
        // another, and so does not wait for the first.
        let (release, wait) = mpsc::channel::<()>();
        let blocked = pool.submit(move || crate::Ok(wait.recv().is_err()))?;
        pool.submit(|| crate::Ok(()))?.result(None)?;
        assert_eq!(workers(&pool), 2);
        drop(release);
        assert!(blocked.result(None)?);

        // And there are never more than two.
        let many: Vec<_> = (0..50).map(|_| pool.submit(|| crate::Ok(()))).collect::<Result<_>>()?;
        for future in many {
            future.result(None)?;
        }
        assert_eq!(workers(&pool), 2);
        pool.shutdown(true, false)
    }

    #[test]
    fn there_are_a_few_more_threads_than_processors() {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        let pool = ThreadPoolExecutor::new();
        assert_eq!(pool.pool().max_workers, 32.min(processors + 4));
    }
}
