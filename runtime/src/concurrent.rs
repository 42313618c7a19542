//! Futures and executors for threads; mirrors Python's `concurrent.futures`.
//!
//! What is here needs no event loop: a [`Future`] may be waited for by any thread, and an
//! [`Executor`] runs functions on threads of its own. The two worlds meet in
//! [`EventLoop::run_in_executor`](crate::EventLoop::run_in_executor),
//! [`wrap_future`](crate::wrap_future()) and
//! [`run_coroutine_threadsafe`](crate::run_coroutine_threadsafe()).
//!
//! ```
//! use asyncio::concurrent::ThreadPoolExecutor;
//!
//! # fn main() -> asyncio::Result<()> {
//! let pool = ThreadPoolExecutor::new();
//! let future = pool.submit(|| asyncio::Ok(6 * 7))?;
//! assert_eq!(future.result(None)?, 42);
//! pool.shutdown(true, false)
//! # }
//! ```

mod executor;
mod future;
mod thread;

use std::sync::{Mutex, MutexGuard, PoisonError};

pub use crate::exceptions::TimeoutError;
pub use crate::exceptions::concurrent::{
    BrokenExecutor, BrokenThreadPool, CancelledError, InvalidStateError,
};
pub use executor::{Executor, Job, submit};
pub use future::Future;
pub(crate) use future::Promise;
pub use thread::{ThreadPoolExecutor, ThreadPoolOptions};

/// Locks a mutex; what a panic left behind is whole, as no code of the user's runs under a lock
/// that guards more than one value.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
