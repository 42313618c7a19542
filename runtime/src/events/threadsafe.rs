//! Calls from other threads, and the part of a loop that those may hold.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::panic::{Location, RefUnwindSafe, UnwindSafe};
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

/// A call from another thread, its function's type forgotten.
pub(crate) trait SafeCall: Send + Sync + UnwindSafe + RefUnwindSafe {
    /// Makes the call, unless it was cancelled.
    fn run(&self) -> Result<()>;
    /// Cancels the call; waits until it is over, unless this thread is inside it.
    fn cancel(&self);
    /// Waits until the call is over, unless this thread is inside it.
    fn wait(&self);
    fn state(&self) -> &CallState;
    /// What Python knows the function by.
    fn name(&self) -> &'static str;
}

/// What a call goes by, if not by the type of its function.
trait Name: Send + Sync + UnwindSafe + RefUnwindSafe + 'static {
    fn of<F>(&self) -> &'static str;
}

/// The name is that of the function's type.
struct OfType;

impl Name for OfType {
    fn of<F>(&self) -> &'static str {
        std::any::type_name::<F>()
    }
}

impl Name for &'static str {
    fn of<F>(&self) -> &'static str {
        self
    }
}

/// What a [`SafeCall`] has beside its function.
pub(crate) struct CallState {
    cancelled: AtomicBool,
    /// The thread that is inside the callback; 0 if none. What another thread sees of it may be
    /// old, but is not its own number.
    runner: AtomicU64,
    created: Created,
}

impl dyn SafeCall + '_ {
    fn cancelled(&self) -> bool {
        self.state().cancelled.load(Ordering::SeqCst)
    }

    fn callback_name(&self) -> String {
        format_helpers::callback_name(self.name())
    }

    fn repr(&self) -> String {
        let (cancelled, created) = (self.cancelled(), self.state().created);
        handle_repr("_ThreadSafeHandle", cancelled, None, self.callback_name(), created)
    }
}

/// The lock is held while the call runs, so that who cancels it from another thread, or asks
/// whether it was cancelled, waits until it is over, as in CPython.
struct Call<F, N> {
    function: Mutex<Option<F>>,
    state: CallState,
    name: N,
}

impl<F, N> Call<F, N> {
    fn lock(&self) -> MutexGuard<'_, Option<F>> {
        self.function.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The function, unless this thread is inside of it.
    fn lock_outside(&self) -> Option<MutexGuard<'_, Option<F>>> {
        let is_inside = self.state.runner.load(Ordering::Relaxed) == thread_id();
        (!is_inside).then(|| self.lock())
    }
}

impl<F, R, N> SafeCall for Call<F, N>
where
    F: FnOnce() -> R + Send + 'static,
    R: CallbackOutput,
    N: Name,
{
    fn run(&self) -> Result<()> {
        let mut function = self.lock();
        let Some(call) = function.take() else { return Ok(()) };
        self.state.runner.store(thread_id(), Ordering::Relaxed);
        let _over = Over(&self.state.runner);
        call().into_outcome()
    }

    fn cancel(&self) {
        let function = self.lock_outside();
        self.state.cancelled.store(true, Ordering::SeqCst);
        drop(function.and_then(|mut function| function.take())); // Out of the lock.
    }

    fn wait(&self) {
        drop(self.lock_outside());
    }

    fn state(&self) -> &CallState {
        &self.state
    }

    fn name(&self) -> &'static str {
        self.name.of::<F>()
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
    /// None while the handle waits to be used again.
    call: Option<Arc<dyn SafeCall>>,
    context: Cell<ContextSlot>,
}

impl SafeHandle {
    fn call(&self) -> &dyn SafeCall {
        match &self.call {
            Some(call) => &**call,
            None => unreachable!("nobody else has a handle that waits to be used again"),
        }
    }
}

impl RawHandle for SafeHandle {
    fn run(self: Rc<Self>, loop_: &EventLoop) -> Result<()> {
        match call(&self.context, || self.call().run()) {
            Ok(()) => {
                loop_.0.safe_handles.put_back(self);
                Ok(())
            }
            Err(error) => report_callback(loop_, self, error),
        }
    }

    fn cancel(&self) {
        self.call().cancel();
    }

    fn cancelled(&self) -> bool {
        self.call().cancelled()
    }

    fn get_context(&self) -> Context {
        contextvars::context_of(&self.context)
    }

    fn callback_name(&self) -> String {
        self.call().callback_name()
    }

    fn created(&self) -> Created {
        self.call().state().created
    }

    fn repr(&self) -> String {
        self.call().repr()
    }
}

/// How many handles are kept in any case.
const HANDLES_KEPT: usize = 256;

/// The handles of calls that are over, to be used again: a burst of calls needs as many as the one
/// before.
#[derive(Default)]
pub(crate) struct SafeHandles {
    idle: RefCell<Vec<Rc<SafeHandle>>>,
    most: Cell<usize>,
}

impl SafeHandles {
    /// So many calls have come in at once.
    pub(crate) fn expect(&self, calls: usize) {
        let most = calls.max(HANDLES_KEPT);
        self.most.set(most);
        let mut idle = self.idle.borrow_mut();
        if most < idle.len() / 4 {
            idle.truncate(most);
            idle.shrink_to(most);
        }
    }

    #[inline]
    fn take(&self, call: Arc<dyn SafeCall>, context: ContextSlot) -> Rc<SafeHandle> {
        let idle = self.idle.borrow_mut().pop();
        if let Some(mut handle) = idle
            && let Some(empty) = Rc::get_mut(&mut handle)
        {
            empty.call = Some(call);
            empty.context.set(context);
            return handle;
        }
        Rc::new(SafeHandle { call: Some(call), context: Cell::new(context) })
    }

    /// Keeps a handle that nobody else holds.
    #[inline]
    fn put_back(&self, mut handle: Rc<SafeHandle>) {
        let Some(used) = Rc::get_mut(&mut handle) else { return };
        let content = (used.call.take(), used.context.take());
        let mut idle = self.idle.borrow_mut();
        if idle.len() < self.most.get() {
            idle.push(handle);
        }
        drop(idle);
        // Last: it may run code of the user's.
        drop(content);
    }
}

/// A callback that another thread gave to the loop; what
/// [`LoopHandle::call_soon_threadsafe`] returns.
///
/// `Send` and `Sync`: it may be cancelled from any thread. Mirrors asyncio's thread-safe handle.
#[derive(Clone)]
pub struct ThreadSafeHandle(Arc<dyn SafeCall>);

impl ThreadSafeHandle {
    /// Cancels the call. If the callback is running on another thread, waits until it is over.
    pub fn cancel(&self) {
        self.0.cancel();
    }

    /// Whether the handle was cancelled; waits while the callback runs on another thread.
    pub fn cancelled(&self) -> bool {
        self.0.wait();
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
        self.make_call(OfType, callback)
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
        self.make_call(name, callback)
    }

    #[track_caller]
    fn make_call<F, R, N>(&self, name: N, callback: F) -> Result<ThreadSafeHandle>
    where
        F: FnOnce() -> R + Send + 'static,
        R: CallbackOutput,
        N: Name,
    {
        let created = self.0.is_in_debug_mode().then_some(Location::caller());
        let (cancelled, runner) = (AtomicBool::new(false), AtomicU64::new(0));
        let state = CallState { cancelled, runner, created };
        self.send_call(Arc::new(Call { function: Mutex::new(Some(callback)), state, name }))
    }

    fn send_call(&self, call: Arc<dyn SafeCall>) -> Result<ThreadSafeHandle> {
        let handle = ThreadSafeHandle(Arc::clone(&call));
        let context = contextvars::snapshot();
        if self.0.thread == thread_id()
            && let Some(loop_) = loop_of_this_thread(&self.0)
            && !loop_.is_closed()
        {
            loop_.push_call(call, context);
        } else if !self.0.send(Message::Call(call, context)) {
            return Err(RuntimeError("Event loop is closed"));
        }
        Ok(handle)
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
    pub(crate) fn push_call(&self, call: Arc<dyn SafeCall>, context: Snapshot) {
        self.push(self.0.safe_handles.take(call, context.into_slot()));
    }
}
