//! Running a program; mirrors `runners.py`.

use std::cell::Cell;
use std::fmt;
use std::rc::Rc;

use crate::base_events::{EventLoop, ExceptionContext};
use crate::constants;
use crate::contextvars::{self, Context, ContextSlot};
use crate::coroutines::Awaitable;
use crate::events;
use crate::exceptions::{KeyboardInterrupt, Result, RuntimeError};
use crate::sys::SigintHandler;
use crate::tasks::{self, Task, TaskOptions};

/// Options of [`run_with`] and [`Runner::with`]: Python's keyword arguments of `asyncio.run`.
#[derive(Clone, Copy, Debug, Default)]
pub struct RunOptions {
    debug: Option<bool>,
    loop_factory: Option<fn() -> EventLoop>,
}

impl RunOptions {
    /// Neither debug mode nor a loop factory.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether the loop runs in debug mode.
    #[must_use]
    pub fn debug(mut self, debug: bool) -> Self {
        self.debug = Some(debug);
        self
    }

    /// What makes the loop; without it, [`new_event_loop`](crate::new_event_loop).
    #[must_use]
    pub fn loop_factory(mut self, loop_factory: fn() -> EventLoop) -> Self {
        self.loop_factory = Some(loop_factory);
        self
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Created,
    Initialized,
    Closed,
}

/// Runs several coroutines, one after the other, in one event loop and one context.
///
/// The loop is made when it is first needed; [`close`](Self::close), or dropping the runner,
/// cancels what is left and closes it. Mirrors `asyncio.Runner`.
///
/// ```
/// # fn main() -> asyncio::Result<()> {
/// let mut runner = asyncio::Runner::new();
/// let one = runner.run(async { asyncio::Ok(1) })?;
/// let two = runner.run(async move { asyncio::Ok(one + 1) })?;
/// assert_eq!(two, 2);
/// runner.close()
/// # }
/// ```
pub struct Runner {
    state: State,
    options: RunOptions,
    loop_: Option<EventLoop>,
    /// The one context of all runs; a task has it while it runs.
    context: Cell<ContextSlot>,
    set_event_loop: bool,
}

impl Runner {
    /// A runner without options.
    #[expect(clippy::new_without_default, reason = "a runner is made to be run")]
    pub fn new() -> Self {
        Self::with(RunOptions::new())
    }

    /// A runner with options.
    pub fn with(options: RunOptions) -> Self {
        let context = Cell::new(ContextSlot::default());
        Self { state: State::Created, options, loop_: None, context, set_event_loop: false }
    }

    /// The embedded event loop. Mirrors `Runner.get_loop`.
    ///
    /// # Errors
    /// RuntimeError `Runner is closed`.
    pub fn get_loop(&mut self) -> Result<EventLoop> {
        self.lazy_init()
    }

    /// Runs `main` in the embedded event loop.
    ///
    /// Every run shares one context. Mirrors `Runner.run`.
    ///
    /// # Errors
    /// What `main` fails with; RuntimeError if the runner is closed or an event loop is running.
    #[track_caller]
    pub fn run<A>(&mut self, main: A) -> Result<A::Value>
    where
        A: Awaitable,
        A::IntoFuture: 'static,
        A::Value: 'static,
    {
        self.run_in(main, None)
    }

    /// [`run`](Self::run) in the given context: Python's `context=`.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    #[track_caller]
    pub fn run_with<A>(&mut self, main: A, context: &Context) -> Result<A::Value>
    where
        A: Awaitable,
        A::IntoFuture: 'static,
        A::Value: 'static,
    {
        self.run_in(main, Some(context))
    }

    #[track_caller]
    fn run_in<A>(&mut self, main: A, context: Option<&Context>) -> Result<A::Value>
    where
        A: Awaitable,
        A::IntoFuture: 'static,
        A::Value: 'static,
    {
        if events::_get_running_loop().is_some() {
            return Err(RuntimeError("Runner.run() cannot be called from a running event loop"));
        }
        let loop_ = self.lazy_init()?;
        let shared = context.is_none();
        // A copy: should making the task panic, the runner has its context still.
        let slot = context.map_or_else(|| contextvars::peek(&self.context), contextvars::slot_from);
        let task = loop_.create_wrapped_task(main, TaskOptions::new().slot(slot));
        let outcome = run_interruptible(&loop_, &task);
        if shared {
            self.context.set(task.give_back_context());
        }
        outcome
    }

    /// Cancels the tasks that are left, waits for them, and closes the loop.
    ///
    /// What they fail with goes to the exception handler. Mirrors `Runner.close`.
    ///
    /// # Errors
    /// SystemExit or KeyboardInterrupt out of one of them.
    pub fn close(&mut self) -> Result<()> {
        if self.state != State::Initialized {
            return Ok(());
        }
        self.state = State::Closed;
        let Some(loop_) = self.loop_.take() else { return Ok(()) };
        let outcome = cancel_all_tasks(&loop_).and_then(|()| shut_down(&loop_));
        if self.set_event_loop {
            events::set_event_loop(None);
        }
        outcome.and(loop_.close())
    }

    fn lazy_init(&mut self) -> Result<EventLoop> {
        if self.state == State::Closed {
            return Err(RuntimeError("Runner is closed"));
        }
        if let Some(loop_) = &self.loop_ {
            return Ok(loop_.clone());
        }
        let loop_ = match self.options.loop_factory {
            Some(loop_factory) => loop_factory(),
            None => {
                let loop_ = events::new_event_loop();
                events::set_event_loop(Some(&loop_));
                self.set_event_loop = true;
                loop_
            }
        };
        if let Some(debug) = self.options.debug {
            loop_.set_debug(debug);
        }
        self.context.set(contextvars::capture());
        self.loop_ = Some(loop_.clone());
        self.state = State::Initialized;
        Ok(loop_)
    }
}

/// Runs `task`; the first Ctrl-C cancels it, the second ends the loop.
fn run_interruptible<T: 'static>(loop_: &EventLoop, task: &Task<T>) -> Result<T> {
    let Some(_handler) = SigintHandler::install() else {
        return loop_.run_until_complete(task.clone());
    };
    let main = task.any();
    loop_.watch_sigint(Some(Rc::new(move |count| {
        if count == 1 && !main.done() {
            main.cancel();
            return Ok(());
        }
        Err(KeyboardInterrupt())
    })))?;
    let outcome = loop_.run_until_complete(task.clone());
    let interrupted = loop_.was_interrupted();
    loop_.watch_sigint(None)?;
    match outcome {
        Err(error) if error.is_cancelled() && interrupted && task.uncancel() == 0 => {
            Err(KeyboardInterrupt().with_context(error))
        }
        outcome => outcome,
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        // Whoever wants to know how it ended calls `close`.
        let _ = self.close();
    }
}

impl fmt::Debug for Runner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runner").field("loop", &self.loop_).finish_non_exhaustive()
    }
}

/// Closes what is left of generators and threads, in a task each, while the rest goes on.
fn shut_down(loop_: &EventLoop) -> Result<()> {
    if loop_.is_idle_for_good() {
        // Nobody could tell whether they ran.
        loop_.pass_over_shutdown();
        return Ok(());
    }
    loop_.run_until_complete(shutdown_asyncgens(loop_.clone()))?;
    loop_.run_until_complete(shutdown_default_executor(loop_.clone()))
}

/// The step of the end that closes generators; it is a task of its own, as in Python.
async fn shutdown_asyncgens(loop_: EventLoop) -> Result<()> {
    loop_.shutdown_asyncgens().await
}

/// The step of the end that joins the executor's threads; it is a task of its own, too.
async fn shutdown_default_executor(loop_: EventLoop) -> Result<()> {
    loop_.shutdown_default_executor(constants::THREAD_JOIN_TIMEOUT).await
}

fn cancel_all_tasks(loop_: &EventLoop) -> Result<()> {
    if !loop_.has_pending_tasks() {
        return Ok(());
    }
    let to_cancel = tasks::all_tasks_of(loop_);
    // Tasks that wait for each other in a ring panic with Python's RecursionError.
    events::call_here(|| {
        to_cancel.iter().for_each(|task| _ = task.cancel());
        Ok(())
    })?;
    let futures = to_cancel.iter().map(|task| (**task).clone()).collect();
    loop_.run_until_complete(tasks::gather_any(futures))?;
    for task in to_cancel {
        if task.cancelled() {
            continue;
        }
        if let Ok(Some(exception)) = task.exception() {
            let mut context =
                ExceptionContext::new("unhandled exception during asyncio.run() shutdown");
            context.exception = Some(exception);
            context.task = Some(task);
            loop_.call_exception_handler(context)?;
        }
    }
    Ok(())
}

/// Runs `main` in a new event loop, and closes the loop at the end.
///
/// Tasks that are left then are cancelled and waited for. Mirrors `asyncio.run`.
///
/// # Errors
/// What `main` fails with; RuntimeError if an event loop is running in this thread;
/// KeyboardInterrupt if Ctrl-C was pressed in the main thread; OSError if the loop has to wait and
/// the operating system gives no selector (too many open files).
///
/// # Cancellation
/// The first Ctrl-C cancels the task of `main`, which may clean up; the second ends the loop
/// after the callback that is running; a third ends the process.
///
/// ```
/// # fn main() -> asyncio::Result<()> {
/// async fn main() -> asyncio::Result<()> {
///     asyncio::sleep(0.001).await?;
///     println!("hello");
///     Ok(())
/// }
/// asyncio::run(main())
/// # }
/// ```
#[track_caller]
pub fn run<A>(main: A) -> Result<A::Value>
where
    A: Awaitable,
    A::IntoFuture: 'static,
    A::Value: 'static,
{
    run_with(main, RunOptions::new())
}

/// [`run`] in debug mode, or with another loop.
///
/// # Errors
/// As [`run`].
#[track_caller]
pub fn run_with<A>(main: A, options: RunOptions) -> Result<A::Value>
where
    A: Awaitable,
    A::IntoFuture: 'static,
    A::Value: 'static,
{
    if events::_get_running_loop().is_some() {
        return Err(RuntimeError("asyncio.run() cannot be called from a running event loop"));
    }
    let mut runner = Runner::with(options);
    let outcome = runner.run(main);
    // An exit while closing takes the place of the result, as an exception in `__exit__` does.
    runner.close()?;
    outcome
}

#[cfg(test)]
mod tests {
    use super::{RunOptions, Runner};
    use crate::events;
    use crate::exceptions::Result;

    /// How many iterations and numbers of tasks the end of a runner takes.
    fn taken_by_the_end(debug: bool) -> Result<(u64, u64)> {
        let mut runner = Runner::with(RunOptions::new().debug(debug));
        runner.run(async { crate::Ok(()) })?;
        let loop_ = runner.get_loop()?;
        let (iteration, number) = (loop_.iteration(), events::next_task_number());
        assert_eq!(loop_.is_idle_for_good(), !debug);
        runner.close()?;
        Ok((loop_.iteration() - iteration, events::next_task_number() - number))
    }

    #[test]
    fn a_shutdown_that_is_passed_over_leaves_the_same() -> Result<()> {
        assert_eq!(taken_by_the_end(false)?, taken_by_the_end(true)?);
        Ok(())
    }
}
