//! Functions on other threads; mirrors `threads.py`.

use std::cell::Cell;

use crate::contextvars;
use crate::events;
use crate::exceptions::{Error, Result};

/// Calls `function` on another thread, so that the loop goes on while it blocks.
///
/// It sees the context variables of the caller; those it sets are set for itself alone. The
/// thread is one of the loop's default executor, see
/// [`run_in_executor`](crate::EventLoop::run_in_executor). Mirrors `asyncio.to_thread`.
///
/// # Cancellation
/// A function that did not begin is not called. One that runs goes on, and nobody hears of its
/// result.
///
/// # Errors
/// What `function` fails with; a [`PanicError`](struct@crate::PanicError) if it panics;
/// RuntimeError `Executor shutdown has been called`.
///
/// ```
/// # fn main() -> asyncio::Result<()> {
/// async fn main() -> asyncio::Result<()> {
///     let text = asyncio::to_thread(|| std::fs::read_to_string("/dev/null")).await?;
///     assert_eq!(text, "");
///     Ok(())
/// }
/// asyncio::run(main())
/// # }
/// ```
pub async fn to_thread<F, T, E>(function: F) -> Result<T>
where
    F: FnOnce() -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
{
    let loop_ = events::get_running_loop();
    let context = contextvars::snapshot();
    let call = move || {
        let context = Cell::new(context.into_slot());
        let _inside = contextvars::enter(&context)?;
        function().map_err(Error::from_failure)
    };
    loop_.run_in_executor(None, call)?.await
}
