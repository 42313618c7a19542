//! What counts: coroutines, results, wakers.

use std::cell::Cell;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use asyncio::{EventLoop, Result};

/// How often a coroutine was polled, and how many of them are alive.
#[derive(Clone, Default)]
pub(crate) struct Polls(Rc<(Cell<u32>, Cell<u32>)>);

impl Polls {
    /// Counts the polls of a future until it is dropped.
    pub(crate) fn of<F: IntoFuture>(&self, future: F) -> Counted<F::IntoFuture> {
        self.0.1.update(|alive| alive + 1);
        Counted { future: Box::pin(future.into_future()), polls: self.clone() }
    }

    pub(crate) fn count(&self) -> u32 {
        self.0.0.get()
    }

    pub(crate) fn alive(&self) -> u32 {
        self.0.1.get()
    }
}

/// A future whose polls are counted.
pub(crate) struct Counted<F> {
    future: Pin<Box<F>>,
    polls: Polls,
}

impl<F: Future> Future for Counted<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.polls.0.0.update(|polls| polls + 1);
        self.future.as_mut().poll(cx)
    }
}

impl<F> Drop for Counted<F> {
    fn drop(&mut self) {
        self.polls.0.1.update(|alive| alive - 1);
    }
}

/// How many results were made, cloned, and are alive.
#[derive(Clone, Default)]
pub(crate) struct Values(Rc<(Cell<u32>, Cell<u32>)>);

impl Values {
    pub(crate) fn make(&self) -> Value {
        self.0.1.update(|alive| alive + 1);
        Value(self.clone())
    }

    pub(crate) fn clones(&self) -> u32 {
        self.0.0.get()
    }

    pub(crate) fn alive(&self) -> u32 {
        self.0.1.get()
    }
}

/// A result that is counted.
pub(crate) struct Value(Values);

impl Clone for Value {
    fn clone(&self) -> Self {
        self.0.0.0.update(|clones| clones + 1);
        self.0.make()
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        self.0.0.1.update(|alive| alive - 1);
    }
}

/// A waker that counts how often it is woken; how many of it there are, its `Arc` knows.
#[derive(Default)]
pub(crate) struct Wakes(AtomicU32);

impl Wakes {
    pub(crate) fn new() -> (Arc<Self>, Waker) {
        let wakes = Arc::new(Self::default());
        (Arc::clone(&wakes), Waker::from(wakes))
    }

    pub(crate) fn count(&self) -> u32 {
        self.0.load(Ordering::SeqCst)
    }
}

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// What one program has counted.
#[derive(Clone, Default)]
pub(crate) struct Counters {
    /// The coroutine that waits.
    pub(crate) waiting: Polls,
    /// Those that it waits for.
    pub(crate) children: Polls,
    pub(crate) values: Values,
}

impl Counters {
    /// A child that yields so many times and has a value.
    pub(crate) fn child(
        &self,
        yields: u32,
    ) -> Counted<impl Future<Output = Result<Value>> + 'static> {
        let value = self.values.make();
        self.children.of(async move {
            for _ in 0..yields {
                asyncio::sleep(0).await?;
            }
            Ok(value)
        })
    }

    /// A child that takes so many seconds and has a value.
    pub(crate) fn sleeper(
        &self,
        seconds: u32,
    ) -> Counted<impl Future<Output = Result<Value>> + 'static> {
        let value = self.values.make();
        self.children.of(async move {
            asyncio::sleep(seconds).await?;
            Ok(value)
        })
    }

    /// Runs what waits, on a loop of its own, until it is complete; nothing may be left then.
    #[track_caller]
    pub(crate) fn run<T: 'static>(
        &self,
        waiting: impl Future<Output = Result<T>> + 'static,
    ) -> Result<T> {
        let loop_ = EventLoop::with_virtual_clock();
        let result = loop_.run_until_complete(self.waiting.of(waiting));
        loop_.close()?;
        drop(loop_);
        assert_eq!((self.waiting.alive(), self.children.alive()), (0, 0), "coroutines are left");
        result
    }

    /// Holds how often the one that waits and the children were polled, and that all values went
    /// and how many clones there were of them.
    #[track_caller]
    pub(crate) fn expect(&self, waiting: u32, children: u32, clones: u32) {
        let counted = (self.waiting.count(), self.children.count(), self.values.clones());
        assert_eq!(counted, (waiting, children, clones), "polls, polls of children, clones");
        assert_eq!(self.values.alive(), 0, "values are left");
    }
}
