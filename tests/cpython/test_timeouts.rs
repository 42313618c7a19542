//! `test_timeouts.py`.

mod blocks;
mod contexts;
mod states;

use asyncio::{Error, Result, TimeoutError};

/// The TimeoutError that a block has to end with.
fn timed_out<T>(outcome: Result<T>) -> Error {
    let error = outcome.err().expect("the time was over");
    assert!(error.is::<TimeoutError>(), "{error:?}");
    error
}
