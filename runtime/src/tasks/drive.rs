//! Awaiting somebody's future in place, and giving it up when it is cancelled.

use std::cell::Cell;
use std::future::{Future as StdFuture, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::Poll;

use super::{AnyTask, schedule_step, take_unclaimed};
use crate::exceptions::{CancelledError, Error, Result, from_panic};
use crate::futures::RawFuture;
use crate::raw::current;

/// Polls the future in `slot`.
///
/// A cancellation goes to the futures of ours inside; if it finds none, what is in there is
/// foreign: it is dropped, and the `CancelledError` is raised here.
pub(crate) async fn drive<F: StdFuture>(slot: Pin<&mut Option<F>>) -> Result<F::Output> {
    drive_with(
        slot,
        |poll| {
            poll();
            Ok(())
        },
        take_unclaimed,
    )
    .await
}

/// [`drive`] as a block, which can be cancelled without the rest of its task.
pub(crate) async fn drive_block<F: StdFuture>(
    block: &Rc<Block>,
    slot: Pin<&mut Option<F>>,
) -> Result<F::Output> {
    // What a body panics with goes through the end of its block, as all that it raises does.
    let enter = |poll: &mut dyn FnMut()| {
        catch_unwind(AssertUnwindSafe(|| current::enter_block(block, poll))).map_err(from_panic)
    };
    let unclaimed = || take_unclaimed().or_else(|| block.thrown.take().then(CancelledError));
    drive_with(slot, enter, unclaimed).await
}

/// Awaits what raises its own cancellations, in `block`.
pub(crate) async fn poll_in_block<F: StdFuture>(block: &Rc<Block>, future: F) -> F::Output {
    let mut future = pin!(future);
    poll_fn(|cx| current::enter_block(block, || future.as_mut().poll(cx))).await
}

async fn drive_with<F: StdFuture>(
    mut slot: Pin<&mut Option<F>>,
    enter: impl Fn(&mut dyn FnMut()) -> Result<()>,
    unclaimed: impl Fn() -> Option<Error>,
) -> Result<F::Output> {
    poll_fn(|cx| {
        let Some(mut future) = slot.as_mut().as_pin_mut() else { return Poll::Pending };
        let mut polled = Poll::Pending;
        let entered = enter(&mut || polled = future.as_mut().poll(cx));
        if let Poll::Ready(output) = polled {
            return Poll::Ready(Ok(output));
        }
        let Some(error) = entered.err().or_else(&unclaimed) else { return Poll::Pending };
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

/// The body of a `timeout`, a `wait_for` or a task group.
///
/// In Python a task waits for one thing, so that cancelling the task is cancelling the body. A
/// Rust task may wait for several bodies at once, in a `join!`; then the body alone is meant.
pub(crate) struct Block {
    /// The block that this one was begun in.
    outer: Option<Rc<Block>>,
    /// To be raised by the block itself, which waits for nothing of ours.
    thrown: Cell<bool>,
}

impl Block {
    pub(crate) fn new() -> Rc<Self> {
        Rc::new(Self { outer: current::block(), thrown: Cell::new(false) })
    }

    fn is_in(self: &Rc<Self>, block: &Rc<Block>) -> bool {
        let mut next = Some(self);
        while let Some(this) = next {
            if Rc::ptr_eq(this, block) {
                return true;
            }
            next = this.outer.as_ref();
        }
        false
    }

    /// Cancels the block, which is suspended in `task`; whether that was the whole task.
    pub(crate) fn cancel(self: &Rc<Self>, task: &AnyTask) -> bool {
        let Some(raw) = task.raw().into_task() else { return true };
        let mut inside: Vec<Rc<dyn RawFuture>> = Vec::new();
        let mut is_all = true;
        raw.task_core().waiters.for_each(|future, block| match block {
            Some(block) if block.is_in(self) => inside.push(future),
            _ => is_all = false,
        });
        if is_all {
            task.cancel();
            return true;
        }
        let mut accepted = false;
        for future in inside {
            accepted |= future.cancel(None);
        }
        if !accepted {
            self.thrown.set(true);
            if let Some(loop_) = raw.core().try_get_loop() {
                schedule_step(&loop_, raw);
            }
        }
        false
    }
}
