//! `as_completed`: results in the order in which they come.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::fmt;
use std::future::{Future as StdFuture, IntoFuture, poll_fn};
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::{Child, ensure_child};
use crate::coroutines::Awaitable;
use crate::events::{self, RawTimer, TimerHandle};
use crate::exceptions::{Error, Result, TimeoutError, panic_with};
use crate::futures::{AnyFuture, CallbackId, Future};
use crate::queues::{Queue, QueueGet};
use crate::timeouts::IntoTimeout;

/// Runs awaitables concurrently and gives their results as they come.
///
/// As an iterator it gives awaitables, each of which ends with the next result; as a stream,
/// or by [`anext`](AsCompleted::anext), the futures themselves, done. Mirrors
/// `asyncio.as_completed`.
///
/// # Panics
/// As [`get_event_loop`](crate::get_event_loop).
///
/// ```
/// # fn main() -> asyncio::Result<()> {
/// async fn main() -> asyncio::Result<()> {
///     let sleeps = [3, 1, 2].map(|n| asyncio::sleep_with(f64::from(n) / 1000.0, n));
///     let mut order = Vec::new();
///     for next in asyncio::as_completed(sleeps) {
///         order.push(next.await?);
///     }
///     assert_eq!(order, [1, 2, 3]);
///     Ok(())
/// }
/// asyncio::run(main())
/// # }
/// ```
#[track_caller]
pub fn as_completed<I>(awaitables: I) -> AsCompleted<<I::Item as Awaitable>::Value>
where
    I: IntoIterator,
    I::Item: Awaitable,
    <I::Item as IntoFuture>::IntoFuture: 'static,
    <I::Item as Awaitable>::Value: 'static,
{
    as_completed_with(awaitables, None)
}

/// [`as_completed`] with a timeout, in seconds: when it is over, each result still to come is a
/// `TimeoutError`.
///
/// # Panics
/// As [`as_completed`].
#[track_caller]
pub fn as_completed_with<I>(
    awaitables: I,
    timeout: impl IntoTimeout,
) -> AsCompleted<<I::Item as Awaitable>::Value>
where
    I: IntoIterator,
    I::Item: Awaitable,
    <I::Item as IntoFuture>::IntoFuture: 'static,
    <I::Item as Awaitable>::Value: 'static,
{
    let loop_ = events::get_event_loop();
    let mut seen = HashSet::new();
    let mut todo = Vec::new();
    // All of them are there before the first becomes a task, as in Python's set.
    for awaitable in Vec::from_iter(awaitables) {
        let child = match ensure_child(awaitable, Some(&loop_)) {
            Ok(child) => child,
            Err(error) => panic_with(error),
        };
        if child.is_new() || seen.insert(child.future.any()) {
            todo.push(child);
        }
    }
    let state = Rc::new(_AsCompletedIterator {
        pending: Cell::new(todo.len()),
        todo_left: Cell::new(todo.len()),
        todo: RefCell::default(),
        done: Queue::new(0),
        timer: RefCell::new(None),
    });
    let is_empty = todo.is_empty();
    for (index, child) in todo.into_iter().enumerate() {
        let future = child.future.clone();
        // Filled first: the callback of a future that is done is scheduled at once.
        state.todo.borrow_mut().push(None);
        let handle = _AsCompletedIterator::_handle_completion(Rc::downgrade(&state), index);
        let callback = future.any().add_done_callback(handle);
        state.todo.borrow_mut()[index] = Some((child, callback));
    }
    if let Some(seconds) = timeout.into_timeout().filter(|_| !is_empty) {
        let timer = loop_.call_later(seconds, _handle_timeout(Rc::clone(&state)));
        state.timer.replace(Some(Rc::downgrade(&timer.0)));
    }
    AsCompleted { state, next: None }
}

/// What ends the wait for all that is left. Owns the iterator until then: also after whoever
/// asked is gone, no callback outlives the timeout.
fn _handle_timeout<T: 'static>(state: Rc<_AsCompletedIterator<T>>) -> impl FnOnce() {
    move || state.handle_timeout()
}

/// The iterator and stream of [`as_completed`].
pub struct AsCompleted<T: 'static> {
    state: Rc<_AsCompletedIterator<T>>,
    /// What the stream is waiting for.
    next: Option<WaitForOne<T>>,
}

/// A future to come, and the callback that tells of it.
type Todo<T> = (Child<T>, CallbackId);

/// What the iterator and its steps share; named as Python's, for reprs show it.
struct _AsCompletedIterator<T> {
    /// The futures that are not done, by the place of their argument.
    todo: RefCell<Vec<Option<Todo<T>>>>,
    /// How many of them there are.
    pending: Cell<usize>,
    todo_left: Cell<usize>,
    /// The futures that are done and not yet given out; `None` for one that was late.
    done: Queue<Option<Child<T>>>,
    /// What owns this iterator, and so is not owned by it.
    timer: RefCell<Option<Weak<dyn RawTimer>>>,
}

impl<T: 'static> _AsCompletedIterator<T> {
    /// What takes in a future that is done. Weak: nobody asks any more once the iterator, its
    /// steps and its timer are gone.
    fn _handle_completion(state: Weak<Self>, index: usize) -> impl FnOnce(&AnyFuture) {
        move |_| {
            if let Some(state) = state.upgrade() {
                state.handle_completion(index);
            }
        }
    }

    fn handle_completion(&self, index: usize) {
        let Some((child, _)) = self.todo.borrow_mut()[index].take() else { return };
        self.put(Some(child));
        self.pending.set(self.pending.get() - 1);
        if self.pending.get() == 0
            && let Some(timer) = self.timer.take().and_then(|timer| timer.upgrade())
        {
            TimerHandle(timer).cancel();
        }
    }

    fn handle_timeout(&self) {
        let todo = self.todo.take();
        self.todo.borrow_mut().resize_with(todo.len(), || None);
        for (child, callback) in todo.into_iter().flatten() {
            child.future.remove_done_callback(callback);
            self.put(None);
        }
    }

    fn put(&self, child: Option<Child<T>>) {
        // A queue without a limit that nobody shuts down takes everything.
        let _ = self.done.put_nowait(child);
    }
}

impl<T: 'static> AsCompleted<T> {
    fn wait_for_one(&self) -> Option<WaitForOne<T>> {
        let left = self.state.todo_left.get().checked_sub(1)?;
        self.state.todo_left.set(left);
        let state = Some(Rc::clone(&self.state));
        Some(WaitForOne { state, get: self.state.done.get(), has_begun: false })
    }

    /// The next future that is done, or `None` after the last: Python's `__anext__`.
    ///
    /// # Errors
    /// TimeoutError when the time is over.
    ///
    /// # Cancellation
    /// `CancelledError` is raised here; the futures are not cancelled.
    pub async fn anext(&mut self) -> Option<Result<Future<T>>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }
}

impl<T: 'static> Iterator for AsCompleted<T> {
    type Item = NextCompleted<T>;

    fn next(&mut self) -> Option<NextCompleted<T>> {
        self.wait_for_one().map(NextCompleted)
    }
}

impl<T: 'static> Stream for AsCompleted<T> {
    type Item = Result<Future<T>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.next.is_none() {
            self.next = self.wait_for_one();
        }
        let Some(next) = &mut self.next else { return Poll::Ready(None) };
        let outcome = ready!(next.poll_child(cx));
        self.next = None;
        Poll::Ready(Some(outcome.map(|child| child.future)))
    }
}

impl<T: 'static> Unpin for AsCompleted<T> {}

impl<T: 'static> fmt::Debug for AsCompleted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let left = self.state.todo_left.get();
        f.debug_struct("AsCompleted").field("left", &left).finish_non_exhaustive()
    }
}

/// The next result of an [`AsCompleted`], whichever future it comes from.
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct NextCompleted<T: 'static>(WaitForOne<T>);

impl<T: 'static> StdFuture for NextCompleted<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<T>> {
        self.0.poll_child(cx).map(|outcome| outcome.and_then(|child| child.result()))
    }
}

impl<T: 'static> fmt::Debug for NextCompleted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NextCompleted").finish_non_exhaustive()
    }
}

/// Waits for the next future to be done; gives its turn back if it is cancelled or dropped.
struct WaitForOne<T: 'static> {
    /// `None` once the turn was taken.
    state: Option<Rc<_AsCompletedIterator<T>>>,
    get: QueueGet<Option<Child<T>>>,
    has_begun: bool,
}

impl<T: 'static> Unpin for WaitForOne<T> {}

impl<T: 'static> WaitForOne<T> {
    fn poll_child(&mut self, cx: &mut Context<'_>) -> Poll<Result<Child<T>>> {
        self.has_begun = true;
        let child = match ready!(Pin::new(&mut self.get).poll(cx)) {
            Ok(child) => child,
            Err(error) => {
                self.give_back();
                return Poll::Ready(Err(error));
            }
        };
        self.state = None;
        Poll::Ready(child.ok_or_else(Error::bare::<TimeoutError>))
    }

    /// Ends the turn unused.
    fn give_back(&mut self) {
        if let Some(state) = self.state.take() {
            state.todo_left.set(state.todo_left.get() + 1);
        }
    }
}

impl<T: 'static> Drop for WaitForOne<T> {
    fn drop(&mut self) {
        // Python's coroutine gives its turn back in an `except`, which it must have reached.
        if self.has_begun {
            self.give_back();
        }
    }
}
