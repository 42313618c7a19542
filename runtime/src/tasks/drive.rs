//! Awaiting somebody's future in place, and giving it up when it is cancelled.

use std::future::{Future as StdFuture, poll_fn};
use std::pin::Pin;
use std::task::Poll;

use super::take_unclaimed;
use crate::exceptions::{Error, Result};

/// Polls the future in `slot`.
///
/// A cancellation goes to the futures of ours inside; if it finds none, what is in there is
/// foreign: it is dropped, and the `CancelledError` is raised here.
pub(crate) async fn drive<F: StdFuture>(mut slot: Pin<&mut Option<F>>) -> Result<F::Output> {
    poll_fn(|cx| {
        let Some(future) = slot.as_mut().as_pin_mut() else { return Poll::Pending };
        if let Poll::Ready(output) = future.poll(cx) {
            return Poll::Ready(Ok(output));
        }
        let Some(error) = take_unclaimed() else { return Poll::Pending };
        slot.set(None);
        Poll::Ready(Err(error))
    })
    .await
}

/// One result of the two that driving a coroutine gives.
pub(crate) fn flatten<T, E>(outcome: Result<Result<T, E>>) -> Result<T>
where
    E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
{
    outcome.and_then(|outcome| outcome.map_err(Error::from_failure))
}
