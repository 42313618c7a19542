//! `Queue.put`, and the error that gives the item back.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future as StdFuture;
use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::{Queue, Refused, wake_up_next};
use crate::exceptions::{Error, QueueShutDown};
use crate::locks::{Waiter, already_awaited};

/// An item that is being put into a queue: made by [`Queue::put`].
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct QueuePut<T> {
    queue: Queue<T>,
    /// `None` once it is over.
    item: Option<T>,
    putter: Option<Waiter<()>>,
}

impl<T> QueuePut<T> {
    pub(super) fn new(queue: &Queue<T>, item: T) -> Self {
        Self { queue: queue.clone(), item: Some(item), putter: None }
    }

    /// Leaves the line; if we were woken for a place, the next one is.
    #[cold]
    fn give_up(&mut self) {
        let Some(putter) = self.putter.take() else { return };
        if self.queue.0.putters.abandon(&putter) && !self.queue.full() {
            wake_up_next(&self.queue.0.putters);
        }
    }
}

impl<T: 'static> QueuePut<T> {
    /// Waits until somebody has made a place, if we wait.
    fn poll_putter(&mut self, cx: &Context<'_>) -> Poll<Result<(), Error>> {
        let Some(putter) = &self.putter else { return Poll::Ready(Ok(())) };
        let outcome = ready!(putter.poll(cx));
        match outcome {
            Err(_) => self.give_up(),
            Ok(()) => {
                if let Some(putter) = self.putter.take() {
                    self.queue.0.putters.recycle(putter);
                }
            }
        }
        Poll::Ready(outcome)
    }

    /// Waits behind those who came before.
    fn join(&mut self) -> Result<(), Error> {
        self.queue.check_loop()?;
        self.putter = Some(self.queue.0.putters.join());
        Ok(())
    }

    /// Gives the item back with the error, at the end.
    #[cold]
    fn fail(&mut self, error: Error) -> Poll<Result<(), PutError<T>>> {
        let Some(item) = self.item.take() else { already_awaited() };
        Poll::Ready(Err(PutError::new(error, item)))
    }
}

impl<T> Unpin for QueuePut<T> {}

impl<T: 'static> StdFuture for QueuePut<T> {
    type Output = Result<(), PutError<T>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            if let Err(error) = ready!(self.poll_putter(cx)) {
                return self.fail(error);
            }
            let Some(item) = self.item.take() else { already_awaited() };
            match self.queue.offer(item) {
                Ok(()) => return Poll::Ready(Ok(())),
                Err(Refused::ShutDown(item)) => {
                    self.item = Some(item);
                    return self.fail(Error::bare::<QueueShutDown>());
                }
                Err(Refused::Full(item)) => self.item = Some(item),
            }
            if let Err(error) = self.join() {
                return self.fail(error);
            }
        }
    }
}

impl<T> Drop for QueuePut<T> {
    #[inline]
    fn drop(&mut self) {
        if self.putter.is_some() {
            self.give_up();
        }
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
