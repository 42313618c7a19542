//! Things of other crates that a task can wait for, each as one [`Source`].

use std::cell::Cell;
use std::future::Future as StdFuture;
use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use futures::{FutureExt, SinkExt, StreamExt};
use tokio::sync;

/// What every wait ends with.
pub(crate) const VALUE: u32 = 7;

pub(crate) type Wait = Pin<Box<dyn StdFuture<Output = u32>>>;

/// A future that is pending, what makes it ready, and where its value is if nobody took it.
pub(crate) struct Source {
    pub(crate) name: &'static str,
    pub(crate) wait: Wait,
    pub(crate) fire: Box<dyn FnOnce() + Send>,
    /// After `fire`, when the wait was given up: the value is still there.
    pub(crate) kept: Box<dyn FnOnce() -> Option<u32>>,
}

impl Source {
    fn new(
        name: &'static str,
        wait: impl StdFuture<Output = u32> + 'static,
        fire: impl FnOnce() + Send + 'static,
        kept: impl FnOnce() -> Option<u32> + 'static,
    ) -> Self {
        Self { name, wait: Box::pin(wait), fire: Box::new(fire), kept: Box::new(kept) }
    }
}

/// Makes a source anew for each test.
pub(crate) type Make = fn() -> Source;

pub(crate) const SOURCES: [Make; 16] = [
    tokio_mpsc,
    tokio_mpsc_reserve,
    tokio_unbounded,
    tokio_oneshot,
    tokio_notify,
    tokio_mutex,
    tokio_rwlock,
    tokio_semaphore,
    tokio_watch,
    tokio_broadcast,
    futures_mpsc,
    futures_sink,
    futures_oneshot,
    futures_mutex,
    async_channel_recv,
    async_channel_send,
];

/// Something lent to a wait: when that ends or is dropped, it comes back.
struct Lent<T> {
    value: Option<T>,
    home: Rc<Cell<Option<T>>>,
}

fn lend<T>(value: T) -> (Lent<T>, Rc<Cell<Option<T>>>) {
    let home = Rc::new(Cell::new(None));
    (Lent { value: Some(value), home: Rc::clone(&home) }, home)
}

impl<T> Deref for Lent<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value.as_ref().unwrap()
    }
}

impl<T> DerefMut for Lent<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.value.as_mut().unwrap()
    }
}

impl<T> Drop for Lent<T> {
    fn drop(&mut self) {
        self.home.set(self.value.take());
    }
}

fn tokio_mpsc() -> Source {
    let (sender, receiver) = sync::mpsc::channel(1);
    let (mut receiver, home) = lend(receiver);
    Source::new(
        "tokio::sync::mpsc::Receiver::recv",
        async move { receiver.recv().await.unwrap() },
        move || sender.try_send(VALUE).unwrap(),
        move || home.take()?.try_recv().ok(),
    )
}

fn tokio_mpsc_reserve() -> Source {
    let (sender, mut receiver) = sync::mpsc::channel(1);
    sender.try_send(1).unwrap();
    let waiting = sender.clone();
    let (receiver, home) = {
        let (sent, kept) = std::sync::mpsc::channel();
        (move || sent.send((receiver.try_recv(), receiver)).unwrap(), kept)
    };
    Source::new(
        "tokio::sync::mpsc::Sender::reserve",
        async move {
            waiting.reserve().await.unwrap().send(VALUE);
            VALUE
        },
        receiver,
        move || {
            let (first, mut receiver) = home.recv().unwrap();
            assert_eq!(first, Ok(1));
            sender.try_send(VALUE).unwrap();
            receiver.try_recv().ok()
        },
    )
}

fn tokio_unbounded() -> Source {
    let (sender, receiver) = sync::mpsc::unbounded_channel();
    let (mut receiver, home) = lend(receiver);
    Source::new(
        "tokio::sync::mpsc::UnboundedReceiver::recv",
        async move { receiver.recv().await.unwrap() },
        move || sender.send(VALUE).unwrap(),
        move || home.take()?.try_recv().ok(),
    )
}

fn tokio_oneshot() -> Source {
    let (sender, receiver) = sync::oneshot::channel();
    let (mut receiver, home) = lend(receiver);
    Source::new(
        "tokio::sync::oneshot::Receiver",
        async move { (&mut *receiver).await.unwrap() },
        move || sender.send(VALUE).unwrap(),
        move || home.take()?.try_recv().ok(),
    )
}

fn tokio_notify() -> Source {
    let notify = Arc::new(sync::Notify::new());
    let (waiting, firing) = (Arc::clone(&notify), Arc::clone(&notify));
    Source::new(
        "tokio::sync::Notify::notified",
        async move {
            waiting.notified().await;
            VALUE
        },
        move || firing.notify_one(),
        move || notify.notified().now_or_never().map(|()| VALUE),
    )
}

fn tokio_mutex() -> Source {
    let mutex = Arc::new(sync::Mutex::new(VALUE));
    let held = Arc::clone(&mutex).try_lock_owned().unwrap();
    let waiting = Arc::clone(&mutex);
    Source::new(
        "tokio::sync::Mutex::lock",
        async move { *waiting.lock().await },
        move || drop(held),
        move || mutex.try_lock().ok().map(|value| *value),
    )
}

fn tokio_rwlock() -> Source {
    let lock = Arc::new(sync::RwLock::new(VALUE));
    let held = Arc::clone(&lock).try_read_owned().unwrap();
    let waiting = Arc::clone(&lock);
    Source::new(
        "tokio::sync::RwLock::write",
        async move { *waiting.write().await },
        move || drop(held),
        move || lock.try_write().ok().map(|value| *value),
    )
}

fn tokio_semaphore() -> Source {
    let semaphore = Arc::new(sync::Semaphore::new(0));
    let (waiting, firing) = (Arc::clone(&semaphore), Arc::clone(&semaphore));
    Source::new(
        "tokio::sync::Semaphore::acquire_many",
        async move {
            waiting.acquire_many(VALUE).await.unwrap().forget();
            VALUE
        },
        move || firing.add_permits(VALUE as usize),
        move || u32::try_from(semaphore.available_permits()).ok(),
    )
}

fn tokio_watch() -> Source {
    let (sender, receiver) = sync::watch::channel(0);
    let (mut receiver, home) = lend(receiver);
    Source::new(
        "tokio::sync::watch::Receiver::changed",
        async move {
            receiver.changed().await.unwrap();
            *receiver.borrow_and_update()
        },
        move || sender.send(VALUE).unwrap(),
        move || {
            let receiver = home.take()?;
            // The sender is gone by now, and the news is there all the same.
            Some(*receiver.borrow()).filter(|value| *value == VALUE)
        },
    )
}

fn tokio_broadcast() -> Source {
    let (sender, receiver) = sync::broadcast::channel(1);
    let (mut receiver, home) = lend(receiver);
    Source::new(
        "tokio::sync::broadcast::Receiver::recv",
        async move { receiver.recv().await.unwrap() },
        move || drop(sender.send(VALUE)),
        move || home.take()?.try_recv().ok(),
    )
}

fn futures_mpsc() -> Source {
    let (mut sender, receiver) = futures::channel::mpsc::channel(1);
    let (mut receiver, home) = lend(receiver);
    Source::new(
        "futures::channel::mpsc::Receiver::next",
        async move { receiver.next().await.unwrap() },
        move || sender.try_send(VALUE).unwrap(),
        move || home.take()?.next().now_or_never()?,
    )
}

fn futures_sink() -> Source {
    // Its capacity is what is given, and one for each sender.
    let (mut sender, mut receiver) = futures::channel::mpsc::channel(0);
    sender.try_send(1).unwrap();
    let (mut sender, home) = lend(sender);
    let (sent, kept) = std::sync::mpsc::channel();
    Source::new(
        "futures::channel::mpsc::Sender::feed",
        async move {
            sender.feed(VALUE).await.unwrap();
            VALUE
        },
        move || {
            assert_eq!(receiver.next().now_or_never(), Some(Some(1)));
            sent.send(receiver).unwrap();
        },
        move || {
            let mut receiver = kept.recv().unwrap();
            home.take()?.try_send(VALUE).unwrap();
            receiver.next().now_or_never()?
        },
    )
}

fn futures_oneshot() -> Source {
    let (sender, receiver) = futures::channel::oneshot::channel();
    let (mut receiver, home) = lend(receiver);
    Source::new(
        "futures::channel::oneshot::Receiver",
        async move { (&mut *receiver).await.unwrap() },
        move || sender.send(VALUE).unwrap(),
        move || home.take()?.try_recv().ok()?,
    )
}

fn futures_mutex() -> Source {
    let mutex = Arc::new(futures::lock::Mutex::new(VALUE));
    let held = mutex.try_lock_owned().unwrap();
    let waiting = Arc::clone(&mutex);
    Source::new(
        "futures::lock::Mutex::lock",
        async move { *waiting.lock().await },
        move || drop(held),
        move || mutex.try_lock().map(|value| *value),
    )
}

fn async_channel_recv() -> Source {
    let (sender, receiver) = async_channel::bounded(1);
    let waiting = receiver.clone();
    Source::new(
        "async_channel::Receiver::recv",
        async move { waiting.recv().await.unwrap() },
        move || sender.try_send(VALUE).unwrap(),
        move || receiver.try_recv().ok(),
    )
}

fn async_channel_send() -> Source {
    let (sender, receiver) = async_channel::bounded(1);
    sender.try_send(1).unwrap();
    let (waiting, rest) = (sender.clone(), receiver.clone());
    Source::new(
        "async_channel::Sender::send",
        async move {
            waiting.send(VALUE).await.unwrap();
            VALUE
        },
        move || assert_eq!(receiver.try_recv(), Ok(1)),
        move || {
            sender.try_send(VALUE).unwrap();
            rest.try_recv().ok()
        },
    )
}
