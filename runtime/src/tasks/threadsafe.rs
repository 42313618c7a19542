//! `run_coroutine_threadsafe`.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::create_task;
use crate::concurrent::{self, Promise};
use crate::coroutines::{Awaitable, is_handle};
use crate::events::LoopHandle;
use crate::exceptions::{Result, TypeError, from_panic, panic_with};
use crate::futures;

/// Has the loop behind `loop_` run the coroutine that `make` makes, and returns the future of its
/// result, for any thread.
///
/// Coroutines usually cannot leave their thread, so the function that makes one is sent, and is
/// called on the loop's thread, in a copy of the caller's context. If it panics, that is the
/// future's exception, and the loop's exception handler gets it, too. Mirrors
/// `asyncio.run_coroutine_threadsafe`.
///
/// Do not wait for the future on the thread of the loop: both would wait for ever.
///
/// # Cancellation
/// Cancelling the future cancels the task.
///
/// # Panics
/// TypeError `A coroutine object is required` if `make` makes a future or task.
///
/// # Differences from Python
/// If the loop is closed, or is closed before the coroutine is over, the future fails with
/// RuntimeError `Event loop is closed`; Python raises that at once or never ends the future.
///
/// ```
/// # fn main() -> asyncio::Result<()> {
/// async fn add(a: i32, b: i32) -> asyncio::Result<i32> {
///     asyncio::sleep(0).await?;
///     Ok(a + b)
/// }
/// async fn main() -> asyncio::Result<()> {
///     let loop_ = asyncio::get_running_loop().handle();
///     let work = move || asyncio::run_coroutine_threadsafe(|| add(1, 2), &loop_).result(5);
///     assert_eq!(asyncio::to_thread(work).await?, 3);
///     Ok(())
/// }
/// asyncio::run(main())
/// # }
/// ```
#[track_caller]
pub fn run_coroutine_threadsafe<M, A>(make: M, loop_: &LoopHandle) -> concurrent::Future<A::Value>
where
    M: FnOnce() -> A + Send + 'static,
    A: Awaitable,
    A::IntoFuture: 'static,
    A::Value: Send + 'static,
{
    loop_.run_coroutine_threadsafe(make)
}

impl LoopHandle {
    /// [`asyncio::run_coroutine_threadsafe`](run_coroutine_threadsafe) on this loop.
    ///
    /// # Panics
    /// As there.
    #[track_caller]
    pub fn run_coroutine_threadsafe<M, A>(&self, make: M) -> concurrent::Future<A::Value>
    where
        M: FnOnce() -> A + Send + 'static,
        A: Awaitable,
        A::IntoFuture: 'static,
        A::Value: Send + 'static,
    {
        if is_handle::<A>() {
            panic_with(TypeError("A coroutine object is required"));
        }
        let future = concurrent::Future::served_by(&self.0);
        let promise = Promise::new(future.clone());
        // If the loop is closed the promise is dropped, and that ends the future.
        let _ = self.call_named("callback", move || start(make, promise));
        future
    }
}

/// Makes the coroutine a task on the thread of its loop.
fn start<M, A>(make: M, promise: Promise<A::Value>) -> Result<()>
where
    M: FnOnce() -> A,
    A: Awaitable,
    A::IntoFuture: 'static,
    A::Value: Send + 'static,
{
    match catch_unwind(AssertUnwindSafe(|| create_task(make()))) {
        Ok(task) => {
            futures::chain_coroutine(&task, promise);
            Ok(())
        }
        Err(payload) => {
            let error = from_panic(payload);
            let future = promise.take();
            if future.set_running_or_notify_cancel()? {
                future.set_exception(error.clone())?;
            }
            Err(error)
        }
    }
}
