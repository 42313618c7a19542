//! `test_futures.py`.

mod callbacks;
mod callbacks_mutated;
mod loops;
mod outcomes;
mod reports;
mod wrapping;

use asyncio::{CancelledError, Error, EventLoop, InvalidStateError, Result};

/// A loop whose clock is virtual, and which is closed when the test is over.
struct TestLoop(EventLoop);

impl TestLoop {
    fn new() -> Self {
        Self(EventLoop::with_virtual_clock())
    }

    /// Runs what is ready.
    fn run_briefly(&self) {
        self.0.run_until_complete(async { asyncio::Ok(()) }).unwrap();
    }
}

impl std::ops::Deref for TestLoop {
    type Target = EventLoop;

    fn deref(&self) -> &EventLoop {
        &self.0
    }
}

impl Drop for TestLoop {
    fn drop(&mut self) {
        let closed = self.0.close();
        // A test that fails has more to say than this.
        assert!(closed.is_ok() || std::thread::panicking());
    }
}

/// Whether it failed with an `E`.
fn raises<E: std::error::Error + 'static, T>(outcome: Result<T>) -> bool {
    outcome.is_err_and(|error| error.is::<E>())
}

fn is_invalid<T>(outcome: Result<T>) -> bool {
    raises::<InvalidStateError, T>(outcome)
}

fn is_cancelled<T>(outcome: Result<T>) -> bool {
    raises::<CancelledError, T>(outcome)
}

fn boom() -> Error {
    asyncio::RuntimeError("boom")
}
