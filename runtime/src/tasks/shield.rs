//! `shield`: waiting without passing a cancellation on.

use std::rc::Rc;

use super::{Child, Origin, caught, ensure_child};
use crate::coroutines::Awaitable;
use crate::exceptions::panic_with;
use crate::futures::{AnyFuture, CallbackId, Future};

/// Waits for `awaitable` and shields it from cancellation.
///
/// If the task that waits is cancelled, `CancelledError` is raised at its await, but what is
/// shielded goes on; nobody then looks at its failure, which is reported as never retrieved.
/// If it is cancelled by others, so is the wait. Mirrors `asyncio.shield`.
///
/// # Panics
/// As [`get_event_loop`](crate::get_event_loop), for a coroutine.
///
/// ```
/// # fn main() -> asyncio::Result<()> {
/// async fn main() -> asyncio::Result<()> {
///     let work = asyncio::create_task(asyncio::sleep_with(0.001, "done"));
///     let shielded = work.clone();
///     let waiting = asyncio::create_task(async move { asyncio::shield(shielded).await });
///     asyncio::sleep(0).await?;
///     waiting.cancel();
///     assert!(waiting.await.unwrap_err().is::<asyncio::CancelledError>());
///     assert_eq!(work.await?, "done");
///     Ok(())
/// }
/// asyncio::run(main())
/// # }
/// ```
#[track_caller]
pub fn shield<A>(awaitable: A) -> Future<A::Value>
where
    A: Awaitable,
    A::IntoFuture: 'static,
    A::Value: 'static,
{
    let inner = match ensure_child(awaitable, None) {
        Ok(inner) => inner,
        Err(error) => panic_with(error),
    };
    let is_shared = matches!(inner.origin, Origin::Shared(_));
    let core = inner.future.core();
    let has_failed = core.cancelled() || core.peek_error().is_some();
    if core.done() && (has_failed || !is_shared) {
        return inner.future;
    }
    let loop_ = inner.future.get_loop();
    let outer = loop_.create_future();
    if inner.future.done() {
        // Python returns the inner future itself, which here would give its result up.
        copy_outcome(&outer, inner.result());
        return outer;
    }
    let done = _inner_done_callback(&inner, outer.clone());
    let callback = inner.future.any().add_done_callback(done);
    outer.any().add_done_callback(_outer_done_callback(&inner.future.any(), callback));
    outer
}

/// What ends `outer` as the inner future ended; named as reprs show it.
fn _inner_done_callback<T: 'static>(
    inner: &Child<T>,
    outer: Future<T>,
) -> impl FnOnce(&AnyFuture) + use<T> {
    let origin = inner.origin;
    // A future seen without its type gives what its view gives, and the view goes now.
    let of_view = if inner.future.0.is_view() { inner.future.0.value().take() } else { None };
    move |inner| {
        if outer.cancelled() {
            return;
        }
        if inner.cancelled() {
            outer.cancel();
            return;
        }
        let outcome = match (of_view, inner.downcast()) {
            (Some(value), _) => inner.0.core().read_error().map_or(Ok(value), Err),
            (None, Some(typed)) => caught(|| origin.read(&typed)),
            (None, None) => return,
        };
        copy_outcome(&outer, outcome);
    }
}

/// What lets the inner future alone once `outer` is done. Weak: the inner future owns the outer
/// one by its callback.
fn _outer_done_callback(
    inner: &AnyFuture,
    callback: CallbackId,
) -> impl FnOnce(&AnyFuture) + use<> {
    let inner = Rc::downgrade(&inner.0);
    move |_| {
        if let Some(inner) = inner.upgrade()
            && !inner.core().done()
        {
            inner.core().callbacks.remove(|registered| registered.id() == Some(callback));
        }
    }
}

/// Ends a future as another one ended, unless the clone of the result has cancelled it.
fn copy_outcome<T: 'static>(target: &Future<T>, outcome: crate::Result<T>) {
    let _ = match outcome {
        Ok(value) => target.set_result(value),
        Err(error) => target.set_exception(error),
    };
}
