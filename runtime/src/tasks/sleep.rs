//! `sleep`.

use std::future::Future as StdFuture;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::step;
use crate::events::{TimerHandle, get_running_loop};
use crate::exceptions::{Result, ValueError};
use crate::futures::Future;
use crate::raw::current;
use crate::timeouts::IntoDelay;

/// Suspends the task for `delay` seconds.
///
/// With zero or less the task goes on in the next iteration: the way to let others run.
/// Mirrors `asyncio.sleep`.
///
/// # Errors
/// ValueError if the delay is not a number.
///
/// # Cancellation
/// `CancelledError` is raised here and the timer is cancelled.
///
/// ```
/// # fn main() -> asyncio::Result<()> {
/// async fn main() -> asyncio::Result<()> {
///     asyncio::sleep(0.001).await?;
///     asyncio::sleep(std::time::Duration::from_millis(1)).await
/// }
/// asyncio::run(main())
/// # }
/// ```
pub async fn sleep(delay: impl IntoDelay) -> Result<()> {
    let delay = delay.into_delay();
    if delay <= 0.0 {
        return Yield { yielded: false }.await;
    }
    if delay.is_nan() {
        return Err(ValueError("Invalid delay: NaN (not a number)"));
    }
    let (future, _timer) = set_later(delay);
    future.await
}

/// A future, and the timer that ends it after `delay` seconds. No handle of the loop is kept
/// in the coroutine: the loop owns the coroutine.
#[track_caller]
fn set_later(delay: f64) -> (Future<()>, CancelOnDrop) {
    let loop_ = get_running_loop();
    let future = loop_.create_future();
    let waiter = future.clone();
    let timer = loop_.call_later(delay, move || match waiter.cancelled() {
        true => Ok(()),
        false => waiter.set_result(()),
    });
    (future, CancelOnDrop(timer))
}

/// [`sleep`] that gives `result` at its end: Python's `sleep(delay, result)`.
///
/// # Errors
/// As [`sleep`].
///
/// # Cancellation
/// As [`sleep`].
pub async fn sleep_with<T>(delay: impl IntoDelay, result: T) -> Result<T> {
    sleep(delay).await?;
    Ok(result)
}

/// The `finally` of a timer's user.
struct CancelOnDrop(TimerHandle);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// A bare yield: gives up the rest of this iteration.
struct Yield {
    yielded: bool,
}

impl StdFuture for Yield {
    type Output = Result<()>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        if let Some(error) = current::with(|task| task.and_then(step::take_plain_throw)) {
            return Poll::Ready(Err(error));
        }
        if self.yielded {
            return Poll::Ready(Ok(()));
        }
        self.yielded = true;
        let is_own_step = current::with(|task| {
            let task = task.map(|task| task.task_core());
            let task = task.filter(|task| task.waker.is(cx.waker()));
            task.is_some_and(|task| {
                task.yielded.set(true);
                true
            })
        });
        if !is_own_step {
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }
}
