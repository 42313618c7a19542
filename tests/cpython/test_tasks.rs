//! `test_tasks.py`, a file for each thing that it is about. Its time is virtual here, and what
//! CPython asks of a task's insides is asked of its repr, or of what comes of them.

mod as_completed;
mod cancelling;
mod contexts;
mod destroyed;
mod gathering;
mod introspection;
mod making;
mod messages;
mod reprs;
mod running;
mod shielding;
mod threadsafe;
mod uncancelling;
mod waiting;

use std::cell::RefCell;
use std::fmt::Debug;
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::thread;

use asyncio::__private::{raised, set_log_sink};
use asyncio::{Error, EventLoop, ExceptionContext, Future, Result, Task};

/// A loop whose time is virtual; it is closed when the test is over.
pub(super) struct TestLoop(EventLoop);

impl TestLoop {
    fn new() -> Self {
        Self(EventLoop::with_virtual_clock())
    }
}

impl Deref for TestLoop {
    type Target = EventLoop;

    fn deref(&self) -> &EventLoop {
        &self.0
    }
}

impl Drop for TestLoop {
    fn drop(&mut self) {
        _ = self.0.close();
    }
}

/// Runs what is ready, and what that made ready at once.
fn run_briefly(loop_: &EventLoop) -> Result<()> {
    loop_.run_until_complete(async { asyncio::Ok(()) })
}

/// Runs until nothing is left to do that needs no time.
fn run_ready(loop_: &EventLoop) -> Result<()> {
    const ENOUGH: usize = 5;
    (0..ENOUGH).try_for_each(|_| run_briefly(loop_))
}

/// A coroutine that does nothing but wait for `future`.
async fn wait_for<T: 'static>(future: Future<T>) -> Result<T> {
    future.await
}

/// Python's `assertAlmostEqual`.
#[track_caller]
fn assert_time(loop_: &EventLoop, expected: f64) {
    let time = loop_.time();
    assert!((time - expected).abs() < 1e-7, "{time} is not {expected}");
}

/// Python's `repr`.
fn repr(value: &impl Debug) -> String {
    format!("{value:?}")
}

/// The exception that a panic of asyncio stands for.
#[track_caller]
fn exception_of<R>(function: impl FnOnce() -> R) -> Error {
    match catch_unwind(AssertUnwindSafe(function)) {
        Ok(_) => panic!("it did not panic"),
        Err(payload) => raised(payload),
    }
}

/// The text of the panic that `function` ends in, on a thread that never had a loop.
fn without_a_loop<R>(function: impl FnOnce() -> R + Send + 'static) -> String {
    let panics = move || exception_of(function).to_string();
    thread::spawn(panics).join().expect("the panic is caught")
}

/// Whether `task` waits for `future`: then its repr shows that future, which knows of it.
fn waits_for<T: 'static, R: 'static>(task: &Task<T>, future: &Future<R>) -> bool {
    let waited = repr(future);
    waited.contains(" cb=[Task.task_wakeup()]")
        && repr(task).contains(&format!(" wait_for={waited}"))
}

/// Whether anybody wants to be told of the future's end.
fn has_callbacks<T: 'static>(future: &Future<T>) -> bool {
    repr(future).contains(" cb=[")
}

/// Python's mock of an exception handler: it keeps what it is given.
#[derive(Clone, Default)]
struct Handler(Rc<RefCell<Vec<ExceptionContext>>>);

impl Handler {
    fn set_on(loop_: &EventLoop) -> Self {
        let handler = Self::default();
        let calls = Rc::clone(&handler.0);
        loop_.set_exception_handler(move |_, context| calls.borrow_mut().push(context.clone()));
        handler
    }

    fn count(&self) -> usize {
        self.0.borrow().len()
    }

    fn take(&self) -> Vec<ExceptionContext> {
        self.0.take()
    }
}

/// What this thread logs while it lives.
struct Log(Rc<RefCell<Vec<String>>>);

impl Log {
    fn start() -> Self {
        let log = Self(Rc::default());
        let texts = Rc::clone(&log.0);
        set_log_sink(Some(Rc::new(move |text| texts.borrow_mut().push(text.to_owned()))));
        log
    }

    fn texts(&self) -> Vec<String> {
        self.0.borrow().clone()
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        set_log_sink(None);
    }
}

/// Makes a loop the current one, for as long as it lives.
struct CurrentLoop;

impl CurrentLoop {
    fn set(loop_: &EventLoop) -> Self {
        asyncio::set_event_loop(Some(loop_));
        Self
    }
}

impl Drop for CurrentLoop {
    fn drop(&mut self) {
        asyncio::set_event_loop(None);
    }
}
