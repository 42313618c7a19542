//! `Queue.get` and the stream of a queue.

use std::fmt;
use std::future::Future as StdFuture;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::{Queue, wake_up_next};
use crate::exceptions::{Error, QueueShutDown, Result};
use crate::locks::{Waiter, already_awaited};

/// An item that is being waited for: made by [`Queue::get`].
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct QueueGet<T> {
    /// `None` once it is over.
    queue: Option<Queue<T>>,
    getter: Option<Waiter<()>>,
}

impl<T> QueueGet<T> {
    pub(super) fn new(queue: &Queue<T>) -> Self {
        Self { queue: Some(queue.clone()), getter: None }
    }
}

impl<T: 'static> QueueGet<T> {
    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Result<T>> {
        let Some(queue) = &self.queue else { already_awaited() };
        loop {
            if let Some(getter) = &self.getter {
                let outcome = ready!(getter.poll(cx));
                if let Err(error) = outcome {
                    self.give_up();
                    return Poll::Ready(Err(error));
                }
                if let Some(getter) = self.getter.take() {
                    queue.0.getters.recycle(getter);
                }
            }
            if let Some(item) = queue.take() {
                return Poll::Ready(Ok(item));
            }
            if queue.0.is_shutdown.get() {
                return Poll::Ready(Err(Error::bare::<QueueShutDown>()));
            }
            queue.check_loop()?;
            self.getter = Some(queue.0.getters.join());
        }
    }
}

impl<T> QueueGet<T> {
    /// Leaves the line; if we were woken for an item, the next one is.
    #[cold]
    fn give_up(&mut self) {
        let (Some(queue), Some(getter)) = (&self.queue, self.getter.take()) else { return };
        if queue.0.getters.abandon(&getter) && !queue.empty() {
            wake_up_next(&queue.0.getters);
        }
    }
}

impl<T> Unpin for QueueGet<T> {}

impl<T: 'static> StdFuture for QueueGet<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        let outcome = ready!(self.poll_item(cx));
        self.queue = None;
        Poll::Ready(outcome)
    }
}

impl<T> Drop for QueueGet<T> {
    #[inline]
    fn drop(&mut self) {
        if self.getter.is_some() {
            self.give_up();
        }
    }
}

impl<T: 'static> fmt::Debug for QueueGet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("QueueGet").field(&self.queue).finish()
    }
}

/// The items of a queue as they come: made by [`Queue::stream`].
#[must_use = "streams do nothing unless you poll them"]
pub struct QueueStream<T> {
    queue: Queue<T>,
    next: Option<QueueGet<T>>,
}

impl<T> QueueStream<T> {
    pub(super) fn new(queue: &Queue<T>) -> Self {
        Self { queue: queue.clone(), next: None }
    }
}

impl<T: 'static> Stream for QueueStream<T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        let this = &mut *self;
        let next = this.next.get_or_insert_with(|| this.queue.get());
        let outcome = ready!(Pin::new(next).poll(cx));
        this.next = None;
        match outcome {
            Err(error) if error.is::<QueueShutDown>() => Poll::Ready(None),
            outcome => Poll::Ready(Some(outcome)),
        }
    }
}

impl<T: 'static> fmt::Debug for QueueStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("QueueStream").field(&self.queue).finish()
    }
}
