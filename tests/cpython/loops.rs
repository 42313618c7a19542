//! Loops that a test runs by hand: their iterations, what they log, what they panic with.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use asyncio::__private::{iteration, set_log_sink};
use asyncio::{Error, EventLoop, Result, ZeroDivisionError};

/// Runs one iteration, which does not wait for anything.
pub(crate) fn run_once(loop_: &EventLoop) -> Result<()> {
    loop_.stop();
    loop_.run_forever()
}

/// How many iterations `run` takes.
pub(crate) fn iterations(loop_: &EventLoop, run: impl FnOnce() -> Result<()>) -> Result<u64> {
    let before = iteration(loop_);
    run()?;
    Ok(iteration(loop_) - before)
}

/// What `call` raises, be it as an error or, where Python's error is a panic here, as that.
#[track_caller]
pub(crate) fn raised<T>(call: impl FnOnce() -> Result<T>) -> Error {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(_)) => panic!("nothing was raised"),
        Ok(Err(error)) => error,
        Err(payload) => asyncio::__private::raised(payload),
    }
}

/// Catches what this thread logs, for as long as it lives.
pub(crate) struct Log(Rc<RefCell<Vec<String>>>);

impl Log {
    pub(crate) fn start() -> Self {
        let texts: Rc<RefCell<Vec<String>>> = Rc::default();
        let sink = Rc::clone(&texts);
        set_log_sink(Some(Rc::new(move |text| sink.borrow_mut().push(text.to_owned()))));
        Self(texts)
    }

    /// What was logged since the last time.
    pub(crate) fn take(&self) -> Vec<String> {
        self.0.take()
    }

    /// The one text that was logged since the last time.
    #[track_caller]
    pub(crate) fn take_one(&self) -> String {
        let [text] = <[String; 1]>::try_from(self.take()).expect("one text is logged");
        text
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        set_log_sink(None);
    }
}

/// A callback that fails, and is called `zero_error()`.
pub(crate) fn zero_error() -> Result<()> {
    Err(ZeroDivisionError("division by zero"))
}
