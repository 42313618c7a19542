//! What one thread and the loop have in common: counters, and a bell.

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};

/// A thread's counters; the loop's side checks the order.
#[derive(Default)]
pub(crate) struct Lane {
    /// How many of the thread's calls ran; the number of the next.
    pub(crate) ran: AtomicU64,
    /// Calls that ran out of turn.
    pub(crate) disorder: AtomicU64,
    /// Calls that ran, or were still running, after their cancellation had returned.
    pub(crate) late: AtomicU64,
    /// Calls that were dropped and never ran.
    pub(crate) dropped: AtomicU64,
    /// Coroutines that are alive.
    pub(crate) coroutines: AtomicU64,
    pub(crate) bell: Bell,
}

/// A numbered call: it notes that it ran in its turn, or that it was dropped.
pub(crate) struct Call {
    lane: Arc<Lane>,
    number: u64,
    ran: bool,
}

impl Call {
    pub(crate) fn new(lane: &Arc<Lane>, number: u64) -> Self {
        Self { lane: Arc::clone(lane), number, ran: false }
    }

    pub(crate) fn run(mut self) {
        self.ran = true;
        if self.lane.ran.fetch_add(1, Ordering::SeqCst) != self.number {
            self.lane.disorder.fetch_add(1, Ordering::SeqCst);
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        if !self.ran {
            self.lane.dropped.fetch_add(1, Ordering::SeqCst);
        }
    }
}

/// A call that is to be cancelled: the loop may run it before, and never after.
#[derive(Default)]
pub(crate) struct Cancelled {
    inside: AtomicBool,
    cancel_returned: AtomicBool,
}

impl Cancelled {
    pub(crate) fn run(&self, lane: &Lane) {
        self.inside.store(true, Ordering::SeqCst);
        std::thread::yield_now();
        if self.cancel_returned.load(Ordering::SeqCst) {
            lane.late.fetch_add(1, Ordering::SeqCst);
        }
        self.inside.store(false, Ordering::SeqCst);
    }

    pub(crate) fn cancel_has_returned(&self, lane: &Lane) {
        self.cancel_returned.store(true, Ordering::SeqCst);
        if self.inside.load(Ordering::SeqCst) {
            lane.late.fetch_add(1, Ordering::SeqCst);
        }
    }
}

/// Counts a coroutine as alive until it is dropped.
pub(crate) struct Alive(Arc<Lane>);

impl Alive {
    pub(crate) fn new(lane: &Arc<Lane>) -> Self {
        lane.coroutines.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(lane))
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.coroutines.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A future of no crate in particular: a thread rings, a task hears.
#[derive(Default)]
pub(crate) struct Bell {
    rung: AtomicU64,
    pub(crate) heard: AtomicU64,
    silenced: AtomicBool,
    waker: Mutex<Option<Waker>>,
}

impl Bell {
    /// Rings for the `number`th time.
    pub(crate) fn ring(&self, number: u64) {
        self.rung.store(number, Ordering::SeqCst);
        self.wake(number);
    }

    /// Ends the listening.
    pub(crate) fn silence(&self) {
        self.silenced.store(true, Ordering::SeqCst);
        self.wake(0);
    }

    /// In each way that a waker can be used: taken, by reference, cloned.
    fn wake(&self, way: u64) {
        let mut waker = self.waker.lock().unwrap();
        match way % 3 {
            0 => {
                let waker = { waker }.take();
                waker.into_iter().for_each(Waker::wake);
            }
            1 => waker.iter().for_each(Waker::wake_by_ref),
            _ => {
                let clone = waker.clone();
                *waker = None;
                drop(waker);
                clone.into_iter().for_each(Waker::wake);
            }
        }
    }

    pub(crate) async fn listen(&self) {
        poll_fn(|cx| {
            let before = self.waker.lock().unwrap().replace(cx.waker().clone());
            drop(before);
            self.heard.store(self.rung.load(Ordering::SeqCst), Ordering::SeqCst);
            match self.silenced.load(Ordering::SeqCst) {
                true => Poll::Ready(()),
                false => Poll::Pending,
            }
        })
        .await;
    }
}
