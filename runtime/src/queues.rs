//! Queues; mirrors `queues.py`.
//!
//! Nothing is handed over here either: whoever is woken looks again, and waits again if
//! somebody else was quicker. An item that nobody waits for any more stays where it is.

mod get;
mod items;
mod put;

use std::cell::Cell;
use std::fmt;
use std::future::Future as StdFuture;
use std::ops::Deref;
use std::rc::Rc;

use crate::exceptions::{Error, QueueEmpty, QueueFull, QueueShutDown, Result, ValueError};
use crate::locks::{Event, Line};
use crate::mixins::LoopBound;
pub use get::{QueueGet, QueueStream};
use items::Items;
pub use put::{PutError, QueuePut};

/// A queue, first in, first out.
///
/// A cheap handle: clones are the same queue. It belongs to the loop in which somebody first
/// waits for it. Mirrors `asyncio.Queue`.
///
/// ```
/// # fn main() -> asyncio::Result<()> {
/// async fn main() -> asyncio::Result<()> {
///     let queue = asyncio::Queue::new(1);
///     let consumer = queue.clone();
///     let task = asyncio::create_task(async move {
///         let item: &str = consumer.get().await?;
///         consumer.task_done()?;
///         asyncio::Ok(item)
///     });
///     queue.put("hello").await?;
///     queue.join().await?;
///     assert_eq!(task.await?, "hello");
///     Ok(())
/// }
/// asyncio::run(main())
/// # }
/// ```
pub struct Queue<T>(Rc<Inner<T>>);

struct Inner<T> {
    maxsize: usize,
    items: Items<T>,
    getters: Line<()>,
    putters: Line<()>,
    unfinished_tasks: Cell<usize>,
    /// Set while there are no unfinished tasks.
    finished: Event,
    is_shutdown: Cell<bool>,
    bound: LoopBound,
}

impl<T> Queue<T> {
    /// A queue that takes `maxsize` items; 0 is no limit.
    pub fn new(maxsize: usize) -> Self {
        Self::of(Items::fifo(), maxsize)
    }

    fn of(items: Items<T>, maxsize: usize) -> Self {
        let finished = Event::new();
        finished.set();
        Self(Rc::new(Inner {
            maxsize,
            items,
            getters: Line::default(),
            putters: Line::default(),
            unfinished_tasks: Cell::new(0),
            finished,
            is_shutdown: Cell::new(false),
            bound: LoopBound::default(),
        }))
    }

    /// How many items are in the queue. Mirrors `Queue.qsize`.
    pub fn qsize(&self) -> usize {
        self.0.items.len()
    }

    /// How many items the queue takes; 0 is no limit. Mirrors `Queue.maxsize`.
    pub fn maxsize(&self) -> usize {
        self.0.maxsize
    }

    /// Whether there is no item. Mirrors `Queue.empty`.
    pub fn empty(&self) -> bool {
        self.qsize() == 0
    }

    /// Whether the queue takes no further item; never without a limit. Mirrors `Queue.full`.
    pub fn full(&self) -> bool {
        self.0.maxsize > 0 && self.qsize() >= self.0.maxsize
    }

    /// Puts an item into the queue; waits while that is full.
    ///
    /// Mirrors `Queue.put`.
    ///
    /// # Errors
    /// QueueShutDown if the queue was shut down; RuntimeError if it belongs to another loop. The
    /// item comes back in the [`PutError`].
    ///
    /// # Cancellation
    /// `CancelledError` is raised here, with the item in the [`PutError`], and the next in line
    /// is woken if there is a place. The same when the future is dropped, and the item with it.
    pub fn put(&self, item: T) -> QueuePut<T> {
        QueuePut::new(self, item)
    }

    /// Puts an item into the queue, or gives it back. Mirrors `Queue.put_nowait`.
    ///
    /// # Errors
    /// QueueShutDown if the queue was shut down; QueueFull. The item comes back in the
    /// [`PutError`].
    ///
    /// ```
    /// let queue = asyncio::Queue::new(1);
    /// assert!(queue.put_nowait("first").is_ok());
    /// let error = queue.put_nowait("second").unwrap_err();
    /// assert!(error.is::<asyncio::QueueFull>());
    /// assert_eq!(error.into_item(), "second");
    /// ```
    pub fn put_nowait(&self, item: T) -> Result<(), PutError<T>> {
        self.offer(item).map_err(|refused| match refused {
            Refused::Full(item) => PutError::new(Error::bare::<QueueFull>(), item),
            Refused::ShutDown(item) => PutError::new(Error::bare::<QueueShutDown>(), item),
        })
    }

    fn offer(&self, item: T) -> Result<(), Refused<T>> {
        let inner = &*self.0;
        if inner.is_shutdown.get() {
            return Err(Refused::ShutDown(item));
        }
        inner.items.push(item, inner.maxsize).map_err(Refused::Full)?;
        inner.unfinished_tasks.update(|count| count + 1);
        inner.finished.clear();
        wake_up_next(&inner.getters);
        Ok(())
    }

    /// Takes an item out of the queue; waits while that is empty.
    ///
    /// Mirrors `Queue.get`.
    ///
    /// # Errors
    /// QueueShutDown if the queue was shut down and is empty; RuntimeError if it belongs to
    /// another loop.
    ///
    /// # Cancellation
    /// `CancelledError` is raised here, and the next in line is woken if there is an item: none
    /// is lost. The same when the future is dropped.
    pub fn get(&self) -> QueueGet<T> {
        QueueGet::new(self)
    }

    /// Takes an item out of the queue, if there is one. Mirrors `Queue.get_nowait`.
    ///
    /// # Errors
    /// QueueShutDown if the queue was shut down and is empty; QueueEmpty.
    pub fn get_nowait(&self) -> Result<T> {
        self.take().ok_or_else(|| match self.0.is_shutdown.get() {
            true => Error::bare::<QueueShutDown>(),
            false => Error::bare::<QueueEmpty>(),
        })
    }

    fn take(&self) -> Option<T> {
        let item = self.0.items.pop()?;
        wake_up_next(&self.0.putters);
        Some(item)
    }

    /// The items as they come, until the queue is shut down and empty.
    ///
    /// # Cancellation
    /// An item of the stream is then the `CancelledError`.
    ///
    /// ```
    /// # fn main() -> asyncio::Result<()> {
    /// use std::{future::poll_fn, pin::Pin};
    ///
    /// use futures_core::Stream;
    ///
    /// async fn main() -> asyncio::Result<()> {
    ///     let queue = asyncio::Queue::new(0);
    ///     queue.put(1).await?;
    ///     queue.shutdown(false);
    ///     let mut stream = queue.stream();
    ///     let first = poll_fn(|cx| Pin::new(&mut stream).poll_next(cx)).await;
    ///     assert_eq!(first.transpose()?, Some(1));
    ///     let end = poll_fn(|cx| Pin::new(&mut stream).poll_next(cx)).await;
    ///     assert!(end.is_none());
    ///     Ok(())
    /// }
    /// asyncio::run(main())
    /// # }
    /// ```
    pub fn stream(&self) -> QueueStream<T> {
        QueueStream::new(self)
    }

    /// Says that an item that was taken out has been dealt with. Mirrors `Queue.task_done`.
    ///
    /// # Errors
    /// ValueError if that was said for every item already.
    pub fn task_done(&self) -> Result<()> {
        let Some(left) = self.0.unfinished_tasks.get().checked_sub(1) else {
            return Err(ValueError("task_done() called too many times"));
        };
        self.0.unfinished_tasks.set(left);
        if left == 0 {
            self.0.finished.set();
        }
        Ok(())
    }

    /// Waits until every item that was put in has been taken out and dealt with.
    ///
    /// Mirrors `Queue.join`.
    ///
    /// # Errors
    /// RuntimeError if the queue belongs to another loop.
    ///
    /// # Cancellation
    /// `CancelledError` is raised here.
    pub fn join(&self) -> impl StdFuture<Output = Result<()>> + use<T> {
        let queue = self.clone();
        async move {
            if queue.0.unfinished_tasks.get() > 0 {
                queue.0.finished.wait().await?;
            }
            Ok(())
        }
    }

    /// Ends the queue: from now on `put` fails, and `get` fails once the queue is empty.
    ///
    /// With `immediate` it is emptied at once, as if each item had been dealt with. All who wait
    /// are woken. Mirrors `Queue.shutdown`.
    pub fn shutdown(&self, immediate: bool) {
        let inner = &*self.0;
        inner.is_shutdown.set(true);
        if immediate {
            self.drain();
        }
        inner.getters.release_all(());
        inner.putters.release_all(());
    }

    fn drain(&self) {
        let inner = &*self.0;
        while let Some(item) = inner.items.pop() {
            drop(item);
            inner.unfinished_tasks.update(|count| count.saturating_sub(1));
        }
        if inner.unfinished_tasks.get() == 0 {
            inner.finished.set();
        }
    }

    fn class_name(&self) -> &'static str {
        self.0.items.class_name()
    }

    fn check_loop(&self) -> Result<()>
    where
        T: 'static,
    {
        self.0.bound.check(|| format!("{self:?}"))
    }
}

/// Why an item was not put in, and the item.
enum Refused<T> {
    Full(T),
    ShutDown(T),
}

/// Wakes the first who was not woken or cancelled, and takes all up to him out of the line.
#[inline]
fn wake_up_next(line: &Line<()>) {
    line.release_first(());
}

impl<T> Clone for Queue<T> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<T> Default for Queue<T> {
    /// A queue without a limit.
    fn default() -> Self {
        Self::new(0)
    }
}

impl<T: 'static> fmt::Debug for Queue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} at {:p} ", self.class_name(), Rc::as_ptr(&self.0))?;
        self.0.format(f)
    }
}

/// Python's `str`: the repr without the address.
impl<T: 'static> fmt::Display for Queue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} ", self.class_name())?;
        self.0.format(f)
    }
}

impl<T: 'static> Inner<T> {
    /// Python's `_format`.
    fn format(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "maxsize={}", self.maxsize)?;
        if self.items.len() > 0 {
            write!(f, " _queue={}", self.items.repr())?;
        }
        if !self.getters.is_empty() {
            write!(f, " _getters[{}]", self.getters.len())?;
        }
        if !self.putters.is_empty() {
            write!(f, " _putters[{}]", self.putters.len())?;
        }
        if self.unfinished_tasks.get() > 0 {
            write!(f, " tasks={}", self.unfinished_tasks.get())?;
        }
        f.write_str(if self.is_shutdown.get() { " shutdown>" } else { ">" })
    }
}

/// Declares a class derived from `Queue`.
macro_rules! subclass {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        pub struct $name<T>(Queue<T>);

        impl<T> Deref for $name<T> {
            type Target = Queue<T>;

            fn deref(&self) -> &Queue<T> {
                &self.0
            }
        }

        impl<T> Clone for $name<T> {
            fn clone(&self) -> Self {
                Self(self.0.clone())
            }
        }

        impl<T: 'static> fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

subclass! {
    /// A [`Queue`] that gives the lowest item first.
    ///
    /// Items are compared with `<` and nothing else, so that numbers with a point are welcome;
    /// equal ones come in no particular order, the same as in Python. Usually an item is a tuple
    /// of a priority and something else. Mirrors `asyncio.PriorityQueue`.
    ///
    /// ```
    /// # fn main() -> asyncio::Result<()> {
    /// let queue = asyncio::PriorityQueue::new(0);
    /// for item in [(2, "later"), (1, "first"), (3, "last")] {
    ///     queue.put_nowait(item)?;
    /// }
    /// assert_eq!(queue.get_nowait()?, (1, "first"));
    /// # Ok(())
    /// # }
    /// ```
    PriorityQueue
}

impl<T: PartialOrd> PriorityQueue<T> {
    /// A queue that takes `maxsize` items; 0 is no limit.
    pub fn new(maxsize: usize) -> Self {
        Self(Queue::of(Items::heap(T::lt), maxsize))
    }
}

impl<T: PartialOrd> Default for PriorityQueue<T> {
    /// A queue without a limit.
    fn default() -> Self {
        Self::new(0)
    }
}

subclass! {
    /// A [`Queue`] that gives the last item first.
    ///
    /// Mirrors `asyncio.LifoQueue`.
    ///
    /// ```
    /// # fn main() -> asyncio::Result<()> {
    /// let queue = asyncio::LifoQueue::new(0);
    /// queue.put_nowait(1)?;
    /// queue.put_nowait(2)?;
    /// assert_eq!(queue.get_nowait()?, 2);
    /// # Ok(())
    /// # }
    /// ```
    LifoQueue
}

impl<T> LifoQueue<T> {
    /// A queue that takes `maxsize` items; 0 is no limit.
    pub fn new(maxsize: usize) -> Self {
        Self(Queue::of(Items::lifo(), maxsize))
    }
}

impl<T> Default for LifoQueue<T> {
    /// A queue without a limit.
    fn default() -> Self {
        Self::new(0)
    }
}
