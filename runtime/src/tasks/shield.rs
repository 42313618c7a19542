//! `shield`: waiting without passing a cancellation on.

use std::rc::Rc;

use super::{Origin, ensure_child};
use crate::coroutines::Awaitable;
use crate::exceptions::panic_with;
use crate::futures::{AnyFuture, Future};

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
    if inner.future.done() && !matches!(inner.origin, Origin::Shared(_)) {
        return inner.future;
    }
    let loop_ = inner.future.get_loop();
    let outer = loop_.create_future();
    if inner.future.done() {
        // Python returns the inner future itself, which here would give its result up.
        copy_outcome(&outer, inner.result());
        return outer;
    }
    let (origin, target) = (inner.origin, outer.clone());
    // A future seen without its type gives what its view gives, and the view goes now.
    let of_view = if inner.future.0.is_view() { inner.future.0.value().take() } else { None };
    let callback = inner.future.any().add_done_callback(move |inner: &AnyFuture| {
        if target.cancelled() {
            return;
        }
        if inner.cancelled() {
            target.cancel();
            return;
        }
        match (of_view, inner.downcast::<A::Value>()) {
            (None, Some(typed)) => copy_outcome(&target, origin.read(&typed)),
            (value, _) => copy_outcome(
                &target,
                match (inner.0.core().read_error(), value) {
                    (Some(error), _) => Err(error),
                    (None, Some(value)) => Ok(value),
                    (None, None) => return,
                },
            ),
        }
    });
    // Weak: the inner future owns the outer one by its callback.
    let watched = Rc::downgrade(&inner.future.raw());
    outer.add_done_callback(move |_: &Future<A::Value>| {
        if let Some(inner) = watched.upgrade()
            && !inner.core().done()
        {
            inner.core().callbacks.remove(|registered| registered.id() == Some(callback));
        }
    });
    outer
}

/// Ends a pending future as another one ended.
fn copy_outcome<T: 'static>(target: &Future<T>, outcome: crate::Result<T>) {
    let ended = match outcome {
        Ok(value) => target.set_result(value),
        Err(error) => target.set_exception(error),
    };
    debug_assert!(ended.is_ok(), "nobody else ends it but by a cancellation");
}
