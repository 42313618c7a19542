//! Threads and the loop: `to_thread`, `run_in_executor`, `wrap_future` and
//! `run_coroutine_threadsafe`. Every text is CPython's.
#![forbid(unsafe_code)]

#[path = "threads/bursts.rs"]
mod bursts;
#[path = "threads/executor.rs"]
mod executor;
#[path = "threads/threadsafe.rs"]
mod threadsafe;
#[path = "threads/virtual_time.rs"]
mod virtual_time;
#[path = "threads/wrap_future.rs"]
mod wrap_future;

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::mpsc::{Receiver, Sender, channel};

use asyncio::__private::set_log_sink;
use asyncio::concurrent::{ThreadPoolExecutor, ThreadPoolOptions};
use asyncio::{EventLoop, Result};

/// What is logged on this thread.
#[derive(Clone, Default)]
pub(crate) struct Logged(Rc<RefCell<Vec<String>>>);

impl Logged {
    pub(crate) fn start() -> Self {
        let logged = Self::default();
        let lines = Rc::clone(&logged.0);
        set_log_sink(Some(Rc::new(move |text| lines.borrow_mut().push(cut(text)))));
        logged
    }

    pub(crate) fn take(&self) -> Vec<String> {
        self.0.take()
    }
}

/// Cuts the addresses out of a text.
pub(crate) fn cut(text: &str) -> String {
    let mut pieces = text.split(" at 0x");
    let first = pieces.next().unwrap_or_default().to_owned();
    let rest = pieces.map(|piece| piece.trim_start_matches(|c: char| c.is_ascii_hexdigit()));
    rest.fold(first, |text, piece| text + piece)
}

/// A function that ends when it is told to.
pub(crate) fn gate() -> (Gate, impl FnOnce() -> Result<&'static str> + Send) {
    let (began, has_begun) = channel();
    let (end, may_end) = channel::<()>();
    let function = move || {
        let _ = began.send(());
        let _ = may_end.recv();
        Ok("through")
    };
    (Gate { has_begun, end }, function)
}

pub(crate) struct Gate {
    has_begun: Receiver<()>,
    end: Sender<()>,
}

impl Gate {
    /// Waits until the function runs.
    pub(crate) fn wait(&self) {
        self.has_begun.recv().expect("the function runs");
    }

    pub(crate) fn open(&self) {
        let _ = self.end.send(());
    }
}

pub(crate) fn single() -> ThreadPoolExecutor {
    ThreadPoolExecutor::with(ThreadPoolOptions::new().max_workers(1))
}

/// Runs `main` on a loop whose time is virtual, and closes that.
pub(crate) fn run_virtual<M: Future<Output = Result<()>> + 'static>(main: M) -> Result<()> {
    asyncio::run_with(main, asyncio::RunOptions::new().loop_factory(EventLoop::with_virtual_clock))
}

/// Runs one iteration, which does not wait.
pub(crate) fn run_once(loop_: &EventLoop) -> Result<()> {
    loop_.stop();
    loop_.run_forever()
}

/// The text of the panic that `function` ends in.
pub(crate) fn panic_of<T>(function: impl FnOnce() -> T) -> String {
    let Err(payload) = catch_unwind(AssertUnwindSafe(function)) else { panic!("it did not panic") };
    payload.downcast_ref::<String>().expect("a text").clone()
}
