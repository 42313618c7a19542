//! Waiting for one's turn: the coroutine that `acquire` and `wait` have in common.

use std::fmt;
use std::future::Future as StdFuture;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::line::{Line, Waiter, already_awaited};
use crate::exceptions::Result;
use crate::mixins::LoopBound;

/// What is waited for in a line.
pub(super) trait Awaited: fmt::Debug {
    fn line(&self) -> &Line<bool>;
    fn bound(&self) -> &LoopBound;
    /// Goes ahead without waiting, if that is allowed.
    fn enter(&self) -> bool;
    /// Somebody who waited has left the line.
    fn leave(&self, exit: Exit);
}

/// How somebody left the line.
pub(super) enum Exit {
    /// It is his turn.
    Woken,
    /// He was cancelled or dropped, perhaps when it was his turn already.
    Cancelled { was_woken: bool },
    /// He waited for it in a way that is wrong.
    Failed,
}

/// The state of the coroutine.
pub(super) struct Turn<A: Awaited> {
    /// `None` once it is over.
    awaited: Option<A>,
    waiter: Option<Waiter<bool>>,
}

impl<A: Awaited> Turn<A> {
    pub(super) fn new(awaited: A) -> Self {
        Self { awaited: Some(awaited), waiter: None }
    }

    /// What is waited for, until that is over.
    pub(super) fn awaited(&self) -> Option<&A> {
        self.awaited.as_ref()
    }

    #[inline(always)]
    fn poll_turn(&mut self, cx: &mut Context<'_>) -> Poll<Result<bool>> {
        let Some(awaited) = &self.awaited else { already_awaited() };
        let waiter = match &mut self.waiter {
            Some(waiter) => waiter,
            None if awaited.enter() => return Poll::Ready(Ok(true)),
            None => {
                awaited.bound().check(|| format!("{awaited:?}"))?;
                self.waiter.insert(awaited.line().join())
            }
        };
        // Taken apart at once: the processor waits where it was written by parts and is read whole.
        match waiter.poll(cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Ok(value)) => {
                awaited.line().remove(waiter);
                awaited.leave(Exit::Woken);
                Poll::Ready(Ok(value))
            }
            Poll::Ready(Err(error)) => {
                awaited.line().remove(waiter);
                awaited.leave(match error.is_cancelled() {
                    true => Exit::Cancelled { was_woken: waiter.was_woken() },
                    false => Exit::Failed,
                });
                Poll::Ready(Err(error))
            }
        }
    }
}

impl<A: Awaited> Unpin for Turn<A> {}

impl<A: Awaited> StdFuture for Turn<A> {
    type Output = Result<bool>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<bool>> {
        let polled = match self.poll_turn(cx) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Ok(value)) => Poll::Ready(Ok(value)),
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
        };
        if let (Some(awaited), Some(waiter)) = (self.awaited.take(), self.waiter.take()) {
            awaited.line().recycle(waiter);
        }
        polled
    }
}

impl<A: Awaited> Drop for Turn<A> {
    fn drop(&mut self) {
        let (Some(awaited), Some(waiter)) = (&self.awaited, &self.waiter) else { return };
        let was_woken = awaited.line().abandon(waiter);
        awaited.leave(Exit::Cancelled { was_woken });
    }
}

/// The named futures, each around its [`Turn`].
macro_rules! turns {
    ($($(#[$doc:meta])* $name:ident($awaited:ty);)+) => {$(
        $(#[$doc])*
        #[must_use = "futures do nothing unless you `.await` or poll them"]
        pub struct $name($crate::locks::turn::Turn<$awaited>);

        impl ::std::future::Future for $name {
            type Output = $crate::exceptions::Result<bool>;

            fn poll(
                mut self: ::std::pin::Pin<&mut Self>,
                cx: &mut ::std::task::Context<'_>,
            ) -> ::std::task::Poll<Self::Output> {
                ::std::pin::Pin::new(&mut self.0).poll(cx)
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_tuple(stringify!($name)).field(&self.0.awaited()).finish()
            }
        }
    )+};
}
pub(super) use turns;
