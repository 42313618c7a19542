//! The selector, and the door by which other threads reach a loop; mirrors `selector_events.py`.
//!
//! What CPython's self-pipe does, a locked inbox and an eventfd do here: calls from other
//! threads wait in the inbox, which the loop empties after each `select`, and before it makes
//! a call of its own ready.

use std::cell::Cell;
use std::io;
use std::mem;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};

use crate::base_events::EventLoop;
use crate::contextvars::Snapshot;
use crate::events::{self, SafeCall};
use crate::sys::SigintHandler;

const INBOX: Token = Token(usize::MAX);
const SIGINT: Token = Token(usize::MAX - 1);
const EVENTS_CAPACITY: usize = 256;

/// For how many messages the inbox always keeps its memory.
const MESSAGES_KEPT: usize = 256;

/// A number that no other thread of the process ever has.
pub(crate) fn thread_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    thread_local! {
        static ID: Cell<u64> = const { Cell::new(0) };
    }
    ID.with(|id| {
        if id.get() == 0 {
            id.set(NEXT.fetch_add(1, Ordering::Relaxed));
        }
        id.get()
    })
}

/// Names a task of one loop for ever: its place, and the number that tells it from earlier
/// tenants of the place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct TaskKey {
    pub(crate) index: usize,
    pub(crate) serial: u64,
}

/// What another thread asks of a loop.
pub(crate) enum Message {
    Call(Arc<dyn SafeCall>, Snapshot),
    Wake(TaskKey),
    Stop,
}

#[derive(Default)]
struct Inbox {
    messages: Vec<Message>,
    closed: bool,
}

/// The part of a loop that other threads may touch.
pub(crate) struct Remote {
    /// The thread that the loop lives on.
    pub(crate) thread: u64,
    inbox: Mutex<Inbox>,
    /// Set while the inbox may hold something, which spares the loop the lock; for ever once the loop
    /// is closed.
    waiting: AtomicBool,
    /// Set while the loop blocks, or is about to; only then is the eventfd written.
    asleep: AtomicBool,
    /// How many of the loop's jobs on other threads wait for the loop itself.
    paused_jobs: AtomicUsize,
    /// Whether the loop is in debug mode.
    debug: AtomicBool,
    /// There once the loop has slept.
    waker: OnceLock<mio::Waker>,
}

impl Remote {
    /// The remote of a loop on this thread.
    pub(crate) fn new() -> Self {
        Self {
            thread: thread_id(),
            inbox: Mutex::default(),
            waiting: AtomicBool::new(false),
            asleep: AtomicBool::new(false),
            paused_jobs: AtomicUsize::new(0),
            debug: AtomicBool::new(false),
            waker: OnceLock::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inbox> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a message into the inbox and wakes the loop; false if the loop is closed.
    pub(crate) fn send(&self, message: Message) -> bool {
        let mut inbox = self.lock();
        if inbox.closed {
            return false;
        }
        inbox.messages.push(message);
        drop(inbox);
        self.rouse();
        true
    }

    /// Lets the loop look around, also if it sleeps.
    fn rouse(&self) {
        // Whoever has set it wakes the loop, which clears it before it looks.
        if self.waiting.load(Ordering::SeqCst) {
            return;
        }
        self.waiting.store(true, Ordering::SeqCst);
        if self.asleep.swap(false, Ordering::SeqCst)
            && let Some(waker) = self.waker.get()
        {
            // An error would mean a full counter: the loop is being woken already.
            let _ = waker.wake();
        }
    }

    /// A job of the loop waits for the loop from now on: virtual time may pass.
    pub(crate) fn pause_job(&self) {
        self.paused_jobs.fetch_add(1, Ordering::SeqCst);
        self.rouse();
    }

    /// So many jobs go on.
    pub(crate) fn resume_jobs(&self, jobs: usize) {
        self.paused_jobs.fetch_sub(jobs, Ordering::SeqCst);
    }

    pub(crate) fn paused_jobs(&self) -> usize {
        self.paused_jobs.load(Ordering::SeqCst)
    }

    /// Schedules the step of a task that a foreign future woke, from whichever thread.
    pub(crate) fn wake_task(&self, key: TaskKey) {
        if self.thread != thread_id() {
            self.send(Message::Wake(key));
        } else if let Some(loop_) = events::loop_of_this_thread(self) {
            loop_.wake_task(key);
        }
    }

    pub(crate) fn is_in_debug_mode(&self) -> bool {
        self.debug.load(Ordering::Relaxed)
    }

    pub(crate) fn set_debug(&self, enabled: bool) {
        self.debug.store(enabled, Ordering::Relaxed);
    }

    /// Whether the inbox may hold something.
    #[inline]
    pub(crate) fn has_messages(&self) -> bool {
        self.waiting.load(Ordering::SeqCst)
    }

    /// Takes no more messages; gives back those that are left.
    pub(crate) fn close(&self) -> Vec<Message> {
        let mut inbox = self.lock();
        inbox.closed = true;
        self.waiting.store(true, Ordering::SeqCst);
        mem::take(&mut inbox.messages)
    }

    /// Takes out what other threads have sent since the last time, and leaves the memory of
    /// `messages`, which are none.
    fn take(&self, messages: &mut Vec<Message>) {
        self.waiting.store(false, Ordering::SeqCst);
        mem::swap(&mut self.lock().messages, messages);
    }
}

/// What makes a loop sleep and wake as CPython's selectors do.
///
/// A loop that never has to sleep asks nothing of the operating system.
#[derive(Default)]
pub(crate) struct Selector {
    open: Option<OpenSelector>,
    /// Whether Ctrl-C ends a sleep.
    watches_sigint: bool,
}

/// mio's poll, with which a loop can sleep.
struct OpenSelector {
    poll: Poll,
    events: Events,
}

impl Selector {
    /// Has Ctrl-C end a sleep, or no longer.
    pub(crate) fn watch_sigint(&mut self, watch: bool) -> io::Result<()> {
        if let Some(open) = &self.open {
            open.watch_sigint(watch)?;
        }
        self.watches_sigint = watch;
        Ok(())
    }

    /// Sleeps until something happens, or for `timeout` seconds; for ever with `None`.
    pub(crate) fn select(&mut self, timeout: Option<f64>, remote: &Remote) -> io::Result<()> {
        let open = match &mut self.open {
            Some(open) => open,
            None => self.open.insert(OpenSelector::new(remote, self.watches_sigint)?),
        };
        remote.asleep.store(true, Ordering::SeqCst);
        if remote.has_messages() {
            remote.asleep.store(false, Ordering::SeqCst);
            return Ok(());
        }
        let outcome = open.poll.poll(&mut open.events, timeout.map(Duration::from_secs_f64));
        remote.asleep.store(false, Ordering::SeqCst);
        match outcome {
            // CPython takes an interrupted select for an empty list of events.
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(()),
            outcome => outcome,
        }
    }
}

impl OpenSelector {
    #[cold]
    fn new(remote: &Remote, watches_sigint: bool) -> io::Result<Self> {
        let poll = Poll::new()?;
        let waker = mio::Waker::new(poll.registry(), INBOX)?;
        let open = Self { poll, events: Events::with_capacity(EVENTS_CAPACITY) };
        if watches_sigint {
            open.watch_sigint(true)?;
        }
        // Last, when nothing can fail any more: there is but one waker for ever.
        let _ = remote.waker.set(waker);
        Ok(open)
    }

    fn watch_sigint(&self, watch: bool) -> io::Result<()> {
        let Some(fd) = SigintHandler::read_end() else { return Ok(()) };
        if watch {
            self.poll.registry().register(&mut SourceFd(&fd), SIGINT, Interest::READABLE)
        } else {
            self.poll.registry().deregister(&mut SourceFd(&fd))
        }
    }
}

impl EventLoop {
    /// Takes in what other threads have sent: their calls go behind what is ready already.
    #[inline]
    pub(crate) fn process_inbox(&self) {
        if self.0.remote.has_messages() {
            self.empty_inbox();
        }
    }

    #[cold]
    fn empty_inbox(&self) {
        // What comes in meanwhile comes behind what is being taken in.
        if self.is_closed() || self.0.taking_in.replace(true) {
            return;
        }
        let mut messages = self.0.messages.take();
        self.0.remote.take(&mut messages);
        let count = messages.len();
        self.0.safe_handles.expect(count);
        for message in messages.drain(..) {
            match message {
                Message::Call(call, context) => self.push_call(call, context),
                Message::Wake(key) => self.wake_task(key),
                Message::Stop => self.stop(),
            }
        }
        // Once there are few again, the memory of the many goes.
        if messages.capacity() > MESSAGES_KEPT && count < messages.capacity() / 4 {
            messages.shrink_to(MESSAGES_KEPT);
        }
        self.0.messages.replace(messages);
        self.0.taking_in.set(false);
    }
}
