//! Calls from other threads, and the part of a loop that those may hold.

use std::cell::Cell;
use std::fmt;
use std::panic::Location;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{
    CallbackOutput, Created, RawHandle, call, handle_repr, loop_of_this_thread, report_callback,
};
use crate::base_events::EventLoop;
use crate::contextvars::{self, Context, ContextSlot, Snapshot};
use crate::exceptions::{Result, RuntimeError};
use crate::format_helpers;
use crate::selector_events::{Message, Remote, thread_id};

type SendFunction = Box<dyn FnOnce() -> Result<()> + Send>;

/// A call from another thread: the lock is held while it runs, so that who cancels it from
/// another thread, or asks whether it was cancelled, waits until it is over, as in CPython.
pub(crate) struct SafeCall {
    function: Mutex<Option<SendFunction>>,
    cancelled: AtomicBool,
    /// The thread that is inside the callback; 0 if none. What another thread sees of it may be
    /// old, but is not its own number.
    runner: AtomicU64,
    name: &'static str,
    created: Created,
}

impl SafeCall {
    /// Waits until the callback is over, unless this thread is inside it.
    fn wait(&self) -> Option<MutexGuard<'_, Option<SendFunction>>> {
        let is_inside = self.runner.load(Ordering::Relaxed) == thread_id();
        (!is_inside).then(|| self.function.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn cancel(&self) {
        let function = self.wait();
        self.cancelled.store(true, Ordering::SeqCst);
        drop(function.and_then(|mut function| function.take())); // Out of the lock.
    }

    fn cancelled(&self) -> bool {
        let _over = self.wait();
        self.cancelled.load(Ordering::SeqCst)
    }

    fn repr(&self) -> String {
        let cancelled = self.cancelled.load(Ordering::SeqCst);
        let callback = format_helpers::callback_name(self.name);
        handle_repr("_ThreadSafeHandle", cancelled, None, callback, self.created)
    }

    fn run(&self) -> Result<()> {
        let mut function = self.function.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(call) = function.take() else { return Ok(()) };
        self.runner.store(thread_id(), Ordering::Relaxed);
        let _over = Over(&self.runner);
        call()
    }
}

/// Marks a call as over, also when it unwinds.
struct Over<'a>(&'a AtomicU64);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(0, Ordering::Relaxed);
    }
}

/// The loop's side of a [`SafeCall`].
struct SafeHandle {
    call: Arc<SafeCall>,
    context: Cell<ContextSlot>,
}

impl RawHandle for SafeHandle {
    fn run(self: Rc<Self>, loop_: &EventLoop) -> Result<()> {
        match call(&self.context, || self.call.run()) {
            Ok(()) => Ok(()),
            Err(error) => report_callback(loop_, self, error),
        }
    }

    fn cancel(&self) {
        self.call.cancel();
    }

    fn cancelled(&self) -> bool {
        self.call.cancelled.load(Ordering::SeqCst)
    }

    fn get_context(&self) -> Context {
        contextvars::context_of(&self.context)
    }

    fn callback_name(&self) -> String {
        format_helpers::callback_name(self.call.name)
    }

    fn created(&self) -> Created {
        self.call.created
    }

    fn repr(&self) -> String {
        self.call.repr()
    }
}

/// A callback that another thread gave to the loop; what
/// [`LoopHandle::call_soon_threadsafe`] returns.
///
/// `Send` and `Sync`: it may be cancelled from any thread. Mirrors asyncio's thread-safe handle.
#[derive(Clone)]
pub struct ThreadSafeHandle(Arc<SafeCall>);

impl ThreadSafeHandle {
    /// Cancels the call. If the callback is running on another thread, waits until it is over.
    pub fn cancel(&self) {
        self.0.cancel();
    }

    /// Whether the handle was cancelled; waits while the callback runs on another thread.
    pub fn cancelled(&self) -> bool {
        self.0.cancelled()
    }
}

impl fmt::Debug for ThreadSafeHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.repr())
    }
}

/// The part of a loop that other threads may hold; from [`EventLoop::handle`].
///
/// `Send`, `Sync` and cheap to clone; it does not keep the loop alive.
///
/// ```
/// # fn main() -> asyncio::Result<()> {
/// let loop_ = asyncio::new_event_loop();
/// let handle = loop_.handle();
/// let thread = std::thread::spawn(move || handle.stop());
/// loop_.run_forever()?;
/// thread.join().unwrap()?;
/// # loop_.close()
/// # }
/// ```
#[derive(Clone)]
pub struct LoopHandle(pub(crate) Arc<Remote>);

impl LoopHandle {
    /// Calls `callback` on the loop's thread as soon as possible, and wakes the loop if it sleeps.
    ///
    /// Calls from one thread run in their order. From the loop's own thread this is
    /// `call_soon`. Mirrors `loop.call_soon_threadsafe`.
    ///
    /// # Errors
    /// RuntimeError `Event loop is closed`.
    #[track_caller]
    pub fn call_soon_threadsafe<F, R>(&self, callback: F) -> Result<ThreadSafeHandle>
    where
        F: FnOnce() -> R + Send + 'static,
        R: CallbackOutput,
    {
        self.call_named(std::any::type_name::<F>(), callback)
    }

    /// [`call_soon_threadsafe`](Self::call_soon_threadsafe) of what Python knows by `name`.
    #[track_caller]
    pub(crate) fn call_named<F, R>(
        &self,
        name: &'static str,
        callback: F,
    ) -> Result<ThreadSafeHandle>
    where
        F: FnOnce() -> R + Send + 'static,
        R: CallbackOutput,
    {
        let call = Arc::new(SafeCall {
            function: Mutex::new(Some(Box::new(move || callback().into_outcome()))),
            cancelled: AtomicBool::new(false),
            runner: AtomicU64::new(0),
            name,
            created: self.0.is_in_debug_mode().then_some(Location::caller()),
        });
        let context = contextvars::snapshot();
        if self.0.thread == thread_id()
            && let Some(loop_) = loop_of_this_thread(&self.0)
            && !loop_.is_closed()
        {
            loop_.push_call(Arc::clone(&call), context);
        } else if !self.0.send(Message::Call(Arc::clone(&call), context)) {
            return Err(RuntimeError("Event loop is closed"));
        }
        Ok(ThreadSafeHandle(call))
    }

    /// Stops the loop, and wakes it if it sleeps. Mirrors `loop.stop` handed to
    /// `call_soon_threadsafe`.
    ///
    /// # Errors
    /// RuntimeError `Event loop is closed`.
    pub fn stop(&self) -> Result<()> {
        match self.0.send(Message::Stop) {
            true => Ok(()),
            false => Err(RuntimeError("Event loop is closed")),
        }
    }
}

impl fmt::Debug for LoopHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoopHandle").finish_non_exhaustive()
    }
}

impl EventLoop {
    /// Puts a call from another thread into the ready queue.
    pub(crate) fn push_call(&self, call: Arc<SafeCall>, context: Snapshot) {
        let context = Cell::new(context.into_slot());
        self.push(Rc::new(SafeHandle { call, context }));
    }
}
