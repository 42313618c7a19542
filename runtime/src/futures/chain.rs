//! Futures of the loop and futures of threads, chained to each other; mirrors the end of
//! `futures.py`.
//!
//! When one of the two is done so is the other, and a cancellation goes both ways. A future of
//! the loop cannot leave its thread: threads know it by a [`Ticket`].

use super::{AnyFuture, Future};
use crate::base_events::{EventLoop, Ticket};
use crate::concurrent::{self, Promise};
use crate::events;
use crate::exceptions::concurrent::into_asyncio;
use crate::exceptions::{AssertionError, Error, Result};

/// Makes a future that can be awaited of one that a thread ends.
///
/// The result is moved out of `future`. Mirrors `asyncio.wrap_future`.
///
/// # Cancellation
/// Cancelling the new future cancels `future`, in the next iteration.
///
/// # Panics
/// As [`get_event_loop`](crate::get_event_loop).
///
/// # Differences from Python
/// A future of asyncio needs no wrapping, and is not taken.
///
/// ```
/// # fn main() -> asyncio::Result<()> {
/// use asyncio::concurrent::ThreadPoolExecutor;
///
/// async fn main() -> asyncio::Result<()> {
///     let pool = ThreadPoolExecutor::new();
///     let future = pool.submit(|| asyncio::Ok("hello"))?;
///     assert_eq!(asyncio::wrap_future(future).await?, "hello");
///     pool.shutdown(true, false)
/// }
/// asyncio::run(main())
/// # }
/// ```
#[track_caller]
pub fn wrap_future<T: Send + 'static>(future: concurrent::Future<T>) -> Future<T> {
    wrap_future_with(future, &events::get_event_loop())
}

/// [`wrap_future`] for the given event loop: Python's `loop=`.
///
/// # Cancellation
/// As [`wrap_future`].
#[track_caller]
pub fn wrap_future_with<T: Send + 'static>(
    future: concurrent::Future<T>,
    loop_: &EventLoop,
) -> Future<T> {
    wrap(future, loop_, EventLoop::park)
}

/// [`wrap_future_with`] of what a thread does for the loop.
#[track_caller]
pub(crate) fn wrap_job<T: Send + 'static>(
    future: concurrent::Future<T>,
    loop_: &EventLoop,
) -> Future<T> {
    wrap(future, loop_, EventLoop::park_job)
}

#[track_caller]
fn wrap<T: Send + 'static>(
    source: concurrent::Future<T>,
    loop_: &EventLoop,
    park: fn(&EventLoop, AnyFuture) -> Ticket,
) -> Future<T> {
    let destination = loop_.create_future();
    let ticket = park(loop_, destination.any());
    destination.any().add_done_callback(_call_check_cancel(source.clone()));
    source.add_done_callback(move |source| {
        let source = source.clone();
        ticket.deliver("_set_state", move |destination| copy_future_state(&source, destination))
    });
    destination
}

/// What passes a cancellation of the loop's future on to `source`; named as reprs show it.
fn _call_check_cancel<T: Send + 'static>(source: concurrent::Future<T>) -> impl FnOnce(&AnyFuture) {
    move |destination| {
        if destination.cancelled() {
            source.cancel();
        }
    }
}

/// Ends `destination` as `source` ended.
fn copy_future_state<T: 'static>(
    source: &concurrent::Future<T>,
    destination: &AnyFuture,
) -> Result<()> {
    if destination.cancelled() {
        return Ok(());
    }
    if destination.done() {
        // Somebody else ended it: Python asserts that nobody does.
        return Err(Error::bare::<AssertionError>());
    }
    if source.cancelled() {
        destination.cancel();
        return Ok(());
    }
    let value = match source.take_result(0) {
        Ok(value) => value,
        Err(error) => return destination.set_exception(into_asyncio(error)),
    };
    match destination.downcast() {
        Some(destination) => destination.set_result(value),
        None => unreachable!("it was made with this type"),
    }
}

/// Chains a task that was just started to the future that other threads wait for.
pub(crate) fn chain_coroutine<T: Send + 'static>(source: &Future<T>, promise: Promise<T>) {
    let ticket = source.get_loop().park(source.any());
    let number = ticket.number();
    promise.future().add_done_callback(move |destination| {
        if !destination.cancelled() {
            return Ok(());
        }
        ticket.deliver("cancel", |source| {
            source.cancel();
            Ok(())
        })
    });
    source.any().add_done_callback(_call_set_state(number, promise));
}

/// What ends the future of the other threads as `source` ended; named as reprs show it.
fn _call_set_state<T: Send + 'static>(
    number: u64,
    promise: Promise<T>,
) -> impl FnOnce(&AnyFuture) -> Result<()> {
    move |source| {
        drop(source.try_get_loop().and_then(|loop_| loop_.unpark(number)));
        set_concurrent_future_state(&promise.take(), source)
    }
}

/// Ends `destination` as `source` ended.
fn set_concurrent_future_state<T: 'static>(
    destination: &concurrent::Future<T>,
    source: &AnyFuture,
) -> Result<()> {
    if source.cancelled() {
        destination.cancel();
    }
    if !destination.set_running_or_notify_cancel()? {
        return Ok(());
    }
    if let Some(error) = source.exception()? {
        return destination.set_exception(into_asyncio(error));
    }
    match source.downcast() {
        Some(source) => destination.set_result(source.take_result()?),
        None => unreachable!("it was chained with this type"),
    }
}
