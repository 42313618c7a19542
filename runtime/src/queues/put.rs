//! `Queue.put`, and the error that gives the item back.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future as StdFuture;
use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::{Queue, wake_up_next};
use crate::exceptions::{Error, QueueShutDown};
use crate::futures::Future;
use crate::locks::already_awaited;

/// An item that is being put into a queue: made by [`Queue::put`].
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct QueuePut<T> {
    queue: Queue<T>,
    /// `None` once it is over.
    item: Option<T>,
    putter: Option<Future<()>>,
}

impl<T> QueuePut<T> {
    pub(super) fn new(queue: &Queue<T>, item: T) -> Self {
        Self { queue: queue.clone(), item: Some(item), putter: None }
    }

    /// Leaves the line; if we were woken for a place, the next one is.
    fn give_up(&mut self) {
        let Some(putter) = self.putter.take() else { return };
        if self.queue.0.putters.abandon(&putter) && !self.queue.full() {
            wake_up_next(&self.queue.0.putters);
        }
    }
}

impl<T: 'static> QueuePut<T> {
    /// Waits for a place.
    fn poll_place(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        loop {
            if let Some(putter) = &mut self.putter {
                let outcome = ready!(Pin::new(putter).poll(cx));
                if let Err(error) = outcome {
                    self.give_up();
                    return Poll::Ready(Err(error));
                }
                self.putter = None;
            }
            if !self.queue.full() {
                return Poll::Ready(Ok(()));
            }
            if self.queue.0.is_shutdown.get() {
                return Poll::Ready(Err(Error::bare::<QueueShutDown>()));
            }
            match self.queue.get_loop() {
                Ok(loop_) => self.putter = Some(self.queue.0.putters.join(&loop_)),
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

impl<T> Unpin for QueuePut<T> {}

impl<T: 'static> StdFuture for QueuePut<T> {
    type Output = Result<(), PutError<T>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if self.item.is_none() {
            already_awaited();
        }
        let place = ready!(self.poll_place(cx));
        let Some(item) = self.item.take() else { already_awaited() };
        Poll::Ready(match place {
            Ok(()) => self.queue.put_nowait(item),
            Err(error) => Err(PutError::new(error, item)),
        })
    }
}

impl<T> Drop for QueuePut<T> {
    fn drop(&mut self) {
        self.give_up();
    }
}

impl<T: 'static> fmt::Debug for QueuePut<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("QueuePut").field(&self.queue).finish()
    }
}

/// Why an item could not be put into a queue, and the item.
///
/// It dereferences to the [`Error`], and `?` makes one of it, without the item.
pub struct PutError<T> {
    error: Error,
    item: T,
}

impl<T> PutError<T> {
    pub(super) fn new(error: Error, item: T) -> Self {
        Self { error, item }
    }

    /// The item.
    pub fn into_item(self) -> T {
        self.item
    }

    /// The exception.
    pub fn error(&self) -> &Error {
        &self.error
    }
}

impl<T> Deref for PutError<T> {
    type Target = Error;

    fn deref(&self) -> &Error {
        &self.error
    }
}

impl<T> From<PutError<T>> for Error {
    fn from(error: PutError<T>) -> Self {
        error.error
    }
}

impl<T> From<PutError<T>> for Box<dyn StdError + Send + Sync> {
    fn from(error: PutError<T>) -> Self {
        error.error.into()
    }
}

impl<T> fmt::Debug for PutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl<T> fmt::Display for PutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}
