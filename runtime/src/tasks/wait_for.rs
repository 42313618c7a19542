//! `wait_for`.

use std::pin::{Pin, pin};

use super::wait::release;
use super::{create_task, drive, drive_block, flatten};
use crate::coroutines::{Awaitable, is_handle, thrown_into};
use crate::events::get_running_loop;
use crate::exceptions::{Error, Result, TimeoutError};
use crate::futures::{self, AnyFuture, CallbackId, Future};
use crate::timeouts::{Deadline, IntoTimeout};

/// Waits for `awaitable`, for at most `timeout` seconds.
///
/// It is awaited in place: a coroutine runs in the current task. If the time is over it is
/// cancelled, and waited for; if it refuses the cancellation its result counts. A coroutine
/// does not even start if the timeout is zero or less. Mirrors `asyncio.wait_for`; the macro
/// [`wait_for!`](crate::wait_for!) is the short way.
///
/// # Errors
/// TimeoutError when the time is over; what `awaitable` fails with; RuntimeError outside of a
/// task.
///
/// # Cancellation
/// Cancelling the waiting task cancels `awaitable`.
///
/// ```
/// # fn main() -> asyncio::Result<()> {
/// async fn main() -> asyncio::Result<()> {
///     let error = asyncio::tasks::wait_for(asyncio::sleep(3600), 0.001).await.unwrap_err();
///     assert!(error.is::<asyncio::TimeoutError>());
///     asyncio::tasks::wait_for(asyncio::sleep(0), None).await
/// }
/// asyncio::run(main())
/// # }
/// ```
pub async fn wait_for<A: Awaitable>(awaitable: A, timeout: impl IntoTimeout) -> Result<A::Value> {
    let timeout = timeout.into_timeout();
    let mut slot = pin!(Some(awaitable.into_future()));
    if let Some(seconds) = timeout
        && seconds <= 0.0
    {
        return match probe::<A>(slot.as_mut()) {
            Probe::Done(outcome) => outcome,
            Probe::Handle(future) => {
                cancel_and_wait(&future).await?;
                flatten(drive(slot).await).map_err(timed_out)
            }
            // It never runs; a task that never runs either takes its name and its time.
            Probe::Coroutine => {
                let task = create_task(async { Ok::<(), Error>(()) });
                cancel_and_wait(&task.any()).await?;
                thrown_into::<A::IntoFuture, _>(|| slot.set(None));
                Err(task.take_result().map_or_else(timed_out, |()| Error::bare::<TimeoutError>()))
            }
        };
    }
    let mut deadline = Deadline::begin(timeout)?;
    let outcome = flatten(drive_block(&deadline.block, slot).await);
    deadline.exit(outcome)
}

fn timed_out(error: Error) -> Error {
    if error.is_cancelled() {
        Error::bare::<TimeoutError>().with_cause(error.clone()).with_context(error)
    } else {
        error
    }
}

/// What the argument of a `wait_for` without time is.
enum Probe<T> {
    Done(Result<T>),
    Handle(AnyFuture),
    Coroutine,
}

/// Looks what is in `slot`; a coroutine is not touched.
fn probe<A: Awaitable>(slot: Pin<&mut Option<A::IntoFuture>>) -> Probe<A::Value> {
    if !is_handle::<A>() {
        return Probe::Coroutine;
    }
    let Some(handle) = slot.as_pin_mut() else { return Probe::Coroutine };
    match futures::probe(handle) {
        Ok(outcome) => Probe::Done(outcome.map_err(Error::from_failure)),
        Err(future) => Probe::Handle(future),
    }
}

/// Cancels `future` and waits until it is done; mirrors `_cancel_and_wait`.
async fn cancel_and_wait(future: &AnyFuture) -> Result<()> {
    let waiter = get_running_loop().create_future();
    let callback = future.add_done_callback(_release_waiter(waiter.clone()));
    let _finally = RemoveOnDrop(future, callback);
    future.cancel();
    // Waiting on the future itself would forward a cancellation of the waiting task to it.
    waiter.await
}

/// What releases `waiter` when a future is done; named as reprs show it.
fn _release_waiter(waiter: Future<()>) -> impl FnOnce(&AnyFuture) -> Result<()> {
    move |_| release(&waiter)
}

struct RemoveOnDrop<'a>(&'a AnyFuture, CallbackId);

impl Drop for RemoveOnDrop<'_> {
    fn drop(&mut self) {
        self.0.remove_done_callback(self.1);
    }
}
