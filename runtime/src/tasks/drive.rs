//! Awaiting somebody's future in place, and giving it up when it is cancelled.

use std::cell::Cell;
use std::future::{Future as StdFuture, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::ptr;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll, Waker};

use super::{AnyTask, RawTask, TaskCore, take_unclaimed};
use crate::exceptions::{CancelledError, Error, Result, from_panic};
use crate::futures::RawFuture;
use crate::raw::{current, place};

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

/// [`drive`] that raises what the future panics with, too.
pub(crate) async fn drive_caught<F: StdFuture>(slot: Pin<&mut Option<F>>) -> Result<F::Output> {
    let enter = |poll: &mut dyn FnMut()| catch_unwind(AssertUnwindSafe(poll)).map_err(from_panic);
    drive_with(slot, enter, take_unclaimed).await
}

/// [`drive`] as a block, which can be cancelled without the rest of its task.
pub(crate) fn drive_block<'a, F: StdFuture>(
    block: &'a Rc<Block>,
    slot: Pin<&'a mut Option<F>>,
) -> InBlocks<'a, F> {
    drive_in_blocks(block, 1, slot)
}

/// [`drive_block`] in the innermost of `depth` blocks of one function.
pub(crate) fn drive_in_blocks<'a, F: StdFuture>(
    block: &'a Rc<Block>,
    depth: usize,
    slot: Pin<&'a mut Option<F>>,
) -> InBlocks<'a, F> {
    InBlocks { block, depth, slot }
}

/// What drives a body in its block: one future, as each of several would cost at every poll.
pub(crate) struct InBlocks<'a, F> {
    block: &'a Rc<Block>,
    depth: usize,
    slot: Pin<&'a mut Option<F>>,
}

impl<F: StdFuture> StdFuture for InBlocks<'_, F> {
    type Output = Result<F::Output>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let (block, depth) = (self.block, self.depth);
        match depth {
            1 => block.stands_here(),
            _ => block.outermost(depth).stands_here(),
        }
        let polled = self.poll_body(cx);
        // A generator that gives a value waits for nothing, wherever in it that is.
        let pending = polled.is_pending() && !YIELDS.get();
        block.for_each(depth, |block| block.note(pending, cx.waker()));
        polled
    }
}

impl<F: StdFuture> InBlocks<'_, F> {
    #[inline(always)]
    fn poll_body(&mut self, cx: &mut Context<'_>) -> Poll<Result<F::Output>> {
        let (block, depth) = (self.block, self.depth);
        let Some(future) = self.slot.as_mut().as_pin_mut() else { return Poll::Pending };
        // What a body panics with goes through the end of its block, as all that it raises does.
        let poll = AssertUnwindSafe(|| current::enter_block(block, || future.poll(cx)));
        let error = match catch_unwind(poll) {
            Ok(Poll::Ready(output)) => return Poll::Ready(Ok(output)),
            Ok(Poll::Pending) => take_unclaimed().or_else(|| block.take_thrown(depth)),
            Err(payload) => Some(from_panic(payload)),
        };
        let Some(error) = error else { return Poll::Pending };
        self.slot.set(None);
        Poll::Ready(Err(error))
    }
}

/// Awaits what raises its own cancellations, in `block`.
pub(crate) async fn poll_in_block<F: StdFuture>(block: &Rc<Block>, future: F) -> F::Output {
    let mut future = pin!(future);
    poll_fn(|cx| {
        block.stands_here();
        current::enter_block(block, || future.as_mut().poll(cx))
    })
    .await
}

thread_local! {
    /// Whether the body of a generator that is being polled has given a value.
    static YIELDS: Cell<bool> = const { Cell::new(false) };
}

/// Notes that the body of a generator gives a value.
pub(crate) fn begin_yield() {
    YIELDS.set(true);
}

/// The generator has its value.
pub(crate) fn end_yield() {
    YIELDS.set(false);
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
    /// The block that this one was polled in last: a generator goes on wherever it is asked.
    outer: Cell<Option<Rc<Block>>>,
    /// To be raised by the block itself, which waits for nothing of ours.
    thrown: Cell<bool>,
    /// Whether the block was cancelled, and not its task.
    partial: Cell<bool>,
    /// Whether the deadline of a `wait_for` was reached.
    expired: Cell<bool>,
    pending: Cell<bool>,
    /// The waker of its last poll, if that was not the task's own.
    waker: Cell<Option<Waker>>,
    /// The task that polled it last.
    poller: Cell<Option<Weak<dyn RawTask>>>,
}

impl Block {
    pub(crate) fn new() -> Rc<Self> {
        Self::within(current::block())
    }

    /// A block that was begun in another one.
    pub(crate) fn within(outer: Option<Rc<Self>>) -> Rc<Self> {
        place::rc(|| Self {
            outer: Cell::new(outer),
            thrown: Cell::new(false),
            partial: Cell::new(false),
            expired: Cell::new(false),
            pending: Cell::new(false),
            waker: Cell::new(None),
            poller: Cell::new(None),
        })
    }

    /// Whether a cancellation of this block left the rest of its task alone.
    pub(crate) fn is_partial(&self) -> bool {
        self.partial.get()
    }

    /// Notes that its deadline was reached.
    pub(crate) fn expire(&self) {
        self.expired.set(true);
    }

    pub(crate) fn has_expired(&self) -> bool {
        self.expired.get()
    }

    /// Goes through this block and those around it, `depth` of them.
    #[inline]
    fn for_each(self: &Rc<Self>, depth: usize, mut look: impl FnMut(&Rc<Self>)) {
        look(self);
        if depth == 1 {
            return;
        }
        let mut last = Rc::clone(self);
        for _ in 1..depth {
            let Some(outer) = last.outer() else { return };
            look(&outer);
            last = outer;
        }
    }

    /// The last of this block and those around it, `depth` of them.
    fn outermost(self: &Rc<Self>, depth: usize) -> Rc<Self> {
        let mut last = Rc::clone(self);
        self.for_each(depth, |block| last = Rc::clone(block));
        last
    }

    /// The error that this block or one of those around it, `depth` of them, is to raise itself.
    fn take_thrown(self: &Rc<Self>, depth: usize) -> Option<Error> {
        let mut thrown = false;
        self.for_each(depth, |block| thrown = thrown || block.thrown.take());
        thrown.then(CancelledError)
    }

    /// Notes that it is about to be polled in the block that is being polled.
    fn stands_here(&self) {
        let outer = self.outer.take();
        self.outer.set(current::block_or(outer));
    }

    /// Notes how a poll left the body.
    fn note(self: &Rc<Self>, pending: bool, waker: &Waker) {
        self.pending.set(pending);
        if !pending {
            return;
        }
        let is_own = current::with(|task| {
            let Some(current) = task else { return false };
            let address = Rc::as_ptr(current.task());
            let poller = self.poller.take();
            if poller.as_ref().is_some_and(|known| ptr::addr_eq(known.as_ptr(), address)) {
                self.poller.set(poller);
            } else {
                self.poller.set(Some(Rc::downgrade(current.task())));
                current.task_core.waiters.add_block(self);
            }
            current.task_core.waker.is(waker)
        });
        let known = self.waker.take();
        if is_own && known.is_none() {
            return;
        }
        let known = known.filter(|known| !is_own && known.will_wake(waker));
        self.waker.set(known.or_else(|| (!is_own).then(|| waker.clone())));
    }

    fn outer(&self) -> Option<Rc<Block>> {
        let outer = self.outer.take();
        self.outer.set(outer.clone());
        outer
    }

    fn is_in(self: &Rc<Self>, block: &Rc<Block>) -> bool {
        let mut next = Some(Rc::clone(self));
        while let Some(this) = next {
            if Rc::ptr_eq(&this, block) {
                return true;
            }
            next = this.outer();
        }
        false
    }

    /// Whether `task` waits in this block, and not another one, to which the block has moved.
    fn is_pending_in(&self, task: &TaskCore) -> bool {
        let poller = self.poller.take();
        let raw = poller.as_ref().and_then(Weak::upgrade);
        self.poller.set(poller);
        self.pending.get() && raw.is_some_and(|raw| ptr::eq(raw.task_core(), task))
    }

    /// Whether the task waits for something beside this block.
    pub(super) fn is_part(self: &Rc<Self>, task: &TaskCore) -> bool {
        let waker = self.waker.take();
        let mut is_part = waker.is_some();
        self.waker.set(waker);
        task.waiters.for_each(|_, block| {
            is_part |= !block.is_some_and(|block| block.is_in(self));
        });
        task.waiters.for_each_block(|block| {
            is_part |= block.is_pending_in(task) && !block.is_in(self) && !self.is_in(block);
        });
        is_part
    }

    /// Cancels what the block waits for, or has it raise the `CancelledError` itself; whether a
    /// step is to be scheduled for that.
    pub(super) fn cancel_part(self: &Rc<Self>, task: &TaskCore) -> bool {
        self.partial.set(true);
        let mut inside: Vec<Rc<dyn RawFuture>> = Vec::new();
        task.waiters.for_each(|future, block| {
            if block.is_some_and(|block| block.is_in(self)) {
                inside.push(future);
            }
        });
        let mut accepted = false;
        for future in inside {
            accepted |= future.cancel(None);
        }
        if accepted {
            return false;
        }
        self.thrown.set(true);
        let Some(waker) = self.waker.take() else { return true };
        waker.wake_by_ref();
        self.waker.set(Some(waker));
        false
    }

    /// Cancels the block, which `task` entered: that is all of the task unless it waits for
    /// more, or the block has since moved to another task.
    pub(crate) fn cancel(self: &Rc<Self>, task: &AnyTask) {
        let Some(entered) = task.raw().into_task() else { return };
        let poller = self.poller.take();
        self.poller.set(poller.clone());
        let raw = poller.and_then(|poller| poller.upgrade()).unwrap_or_else(|| Rc::clone(&entered));
        let has_moved = !Rc::ptr_eq(&raw, &entered);
        let core = raw.task_core();
        if current::is_stepping(core) && !has_moved {
            // Whether there is more is known when the step has ended.
            core.waiters.set_requester(self);
            task.cancel();
        } else if !has_moved && !self.is_part(core) {
            task.cancel();
        } else if self.cancel_part(core)
            && let Some(loop_) = raw.core().try_get_loop()
        {
            raw.make_ready(&loop_);
        }
    }

    /// Ends the block. A request that it made in this step, and that it took back, may have
    /// been one of several: the next await of the task is to raise what is left.
    pub(crate) fn end(self: &Rc<Self>, task: &AnyTask) {
        if let Some(entered) = task.raw().into_task() {
            entered.task_core().waiters.drop_requester(self);
        }
    }
}
