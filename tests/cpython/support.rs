//! What the tests of several files write with.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::process::Command;
use std::rc::Rc;
use std::{env, thread};

/// What tasks write down, in the order in which they do.
#[derive(Clone)]
pub(crate) struct Log<T>(Rc<RefCell<Vec<T>>>);

impl<T: Clone> Log<T> {
    pub(crate) fn new() -> Self {
        Self(Rc::default())
    }

    pub(crate) fn push(&self, entry: T) {
        self.0.borrow_mut().push(entry);
    }

    pub(crate) fn entries(&self) -> Vec<T> {
        self.0.borrow().clone()
    }
}

/// What is logged on this thread while `function` runs, a text a message.
pub(crate) fn logged(function: impl FnOnce()) -> Vec<String> {
    let log = Log::new();
    let messages = log.clone();
    let sink: asyncio::__private::Sink = Rc::new(move |text: &str| log.push(text.to_owned()));
    asyncio::__private::set_log_sink(Some(sink));
    function();
    asyncio::__private::set_log_sink(None);
    messages.entries()
}

/// The text of the panic that `function` ends with.
pub(crate) fn panic_text<T>(function: impl FnOnce() -> T) -> String {
    let payload = catch_unwind(AssertUnwindSafe(function)).err().expect("it panics");
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => (*payload.downcast::<&str>().expect("a panic with a text")).to_owned(),
    }
}

/// Runs `function` on a thread that never had an event loop.
pub(crate) fn in_fresh_thread(function: impl FnOnce() + Send + 'static) {
    if let Err(payload) = thread::spawn(function).join() {
        resume_unwind(payload);
    }
}

/// Runs a test of this binary again, in a process of its own and with a variable set; false where
/// it is set already.
pub(crate) fn run_again(test: &str, variable: &str) -> bool {
    if env::var_os(variable).is_some() {
        return false;
    }
    let mut again = Command::new(env::current_exe().expect("it has a path"));
    again.args(["--exact", test]).env(variable, "1");
    let output = again.output().expect("it runs");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && printed.contains("1 passed"), "{printed}");
    true
}
