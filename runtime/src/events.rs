//! Handles, and the functions that find a thread's event loop; mirrors `events.py`.

mod threadsafe;

use std::cell::{Cell, RefCell};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::rc::{Rc, Weak};
use std::thread;

use crate::base_events::{EventLoop, ExceptionContext, Inner};
use crate::contextvars::{self, Context, ContextSlot};
use crate::exceptions::{Error, Result, RuntimeError, from_panic, panic_with};
use crate::format_helpers::{format_callback, repr_float, repr_str};
use crate::raw::current;
use crate::selector_events::Remote;
use crate::sys::is_main_thread;

pub use threadsafe::{LoopHandle, ThreadSafeHandle};
pub(crate) use threadsafe::{SafeCall, SafeHandles};

/// What a callback may return: nothing, or a `Result` whose error goes to the loop's
/// exception handler.
///
/// `SystemExit` and `KeyboardInterrupt` go further: they end the run of the loop.
#[diagnostic::on_unimplemented(
    message = "a callback returns nothing, a `bool` or a `Result`, not `{Self}`",
    label = "this callback returns `{Self}`",
    note = "end its last expression with `;`"
)]
pub trait CallbackOutput {
    /// The error to report, if there is one.
    #[doc(hidden)]
    fn into_outcome(self) -> Result<()>;
}

impl CallbackOutput for () {
    fn into_outcome(self) -> Result<()> {
        Ok(())
    }
}

impl CallbackOutput for bool {
    fn into_outcome(self) -> Result<()> {
        Ok(())
    }
}

impl<T, E> CallbackOutput for Result<T, E>
where
    E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
{
    fn into_outcome(self) -> Result<()> {
        self.map(drop).map_err(Error::from_failure)
    }
}

/// What stands in the ready queue: a callback, a timer, a done-callback, a task's step.
pub(crate) trait RawHandle {
    /// Runs it; an error is a SystemExit or KeyboardInterrupt on its way out of the loop.
    fn run(self: Rc<Self>, loop_: &EventLoop) -> Result<()>;
    fn cancel(&self);
    fn cancelled(&self) -> bool;
    fn get_context(&self) -> Context;
    /// The callback as messages name it.
    fn callback_name(&self) -> String;
    /// Where the handle was made.
    fn created(&self) -> Created;
    /// Python's `repr` of the whole handle.
    fn repr(&self) -> String {
        handle_repr("Handle", self.cancelled(), None, self.callback_name(), self.created())
    }
    /// How a report of what takes long names it: Python's `_format_handle`.
    fn slow_repr(&self) -> String {
        self.repr()
    }
}

/// Python's `repr` of a handle of any class. What was cancelled has forgotten its callback, but
/// not in debug mode.
fn handle_repr(
    class: &str,
    cancelled: bool,
    when: Option<f64>,
    callback: String,
    created: Created,
) -> String {
    let mut info = vec![class.to_owned()];
    info.extend(cancelled.then(|| "cancelled".to_owned()));
    info.extend(when.map(|when| format!("when={}", repr_float(when))));
    info.extend((!cancelled || created.is_some()).then_some(callback));
    info.extend(created.map(created_at));
    format!("<{}>", info.join(" "))
}

/// The closure of a handle, until it has run or is cancelled, and the context it runs in.
pub(crate) struct Callback<F> {
    function: Cell<Option<F>>,
    cancelled: Cell<bool>,
    context: Cell<ContextSlot>,
    created: Created,
}

/// Where something was created; known in debug mode.
pub(crate) type Created = Option<&'static Location<'static>>;

/// `created at FILE:LINE`, as it stands in reprs.
pub(crate) fn created_at(created: &Location<'_>) -> String {
    format!("created at {}:{}", created.file(), created.line())
}

impl<F: 'static> Callback<F> {
    #[inline(always)]
    pub(crate) fn new(function: F, context: ContextSlot, created: Created) -> Self {
        Self {
            function: Cell::new(Some(function)),
            cancelled: Cell::new(false),
            context: Cell::new(context),
            created,
        }
    }

    pub(crate) fn take(&self) -> Option<F> {
        self.function.take()
    }

    pub(crate) fn cancel(&self) {
        self.cancelled.set(true);
        drop(self.function.take());
    }

    pub(crate) fn cancelled(&self) -> bool {
        self.cancelled.get()
    }

    pub(crate) fn context(&self) -> &Cell<ContextSlot> {
        &self.context
    }

    pub(crate) fn get_context(&self) -> Context {
        contextvars::context_of(&self.context)
    }

    pub(crate) fn created(&self) -> Created {
        self.created
    }
}

impl<F, R> RawHandle for Callback<F>
where
    F: FnOnce() -> R + 'static,
    R: CallbackOutput,
{
    fn run(self: Rc<Self>, loop_: &EventLoop) -> Result<()> {
        let Some(function) = self.function.take() else { return Ok(()) };
        match call(&self.context, function) {
            Ok(()) => Ok(()),
            Err(error) => report_callback(loop_, self, error),
        }
    }

    fn cancel(&self) {
        self.cancel();
    }

    fn cancelled(&self) -> bool {
        self.cancelled()
    }

    fn get_context(&self) -> Context {
        self.get_context()
    }

    fn callback_name(&self) -> String {
        format_callback::<F>()
    }

    fn created(&self) -> Created {
        self.created()
    }
}

/// Calls `function` in a handle's context; a panic becomes an error.
pub(crate) fn call<R: CallbackOutput>(
    context: &Cell<ContextSlot>,
    function: impl FnOnce() -> R,
) -> Result<()> {
    call_here(|| {
        let _inside = contextvars::enter(context)?;
        function().into_outcome()
    })
}

/// Calls `function` in the current context; a panic becomes an error.
pub(crate) fn call_here(function: impl FnOnce() -> Result<()>) -> Result<()> {
    catch_unwind(AssertUnwindSafe(function)).unwrap_or_else(|payload| Err(from_panic(payload)))
}

/// Hands a failed callback to the exception handler, or lets an exit pass.
#[cold]
pub(crate) fn report_callback(
    loop_: &EventLoop,
    handle: Rc<dyn RawHandle>,
    error: Error,
) -> Result<()> {
    if error.is_exit() {
        return Err(error);
    }
    let callback = handle.callback_name();
    let mut context = ExceptionContext::new(format!("Exception in callback {callback}"));
    context.exception = Some(error);
    context.source_traceback = handle.created();
    context.handle = Some(Handle(handle));
    loop_.call_exception_handler(context)
}

/// A callback that the loop will call; what [`EventLoop::call_soon`] returns.
///
/// Dropping it changes nothing: the callback is called all the same. Mirrors `asyncio.Handle`.
///
/// ```
/// # fn main() -> asyncio::Result<()> {
/// let loop_ = asyncio::new_event_loop();
/// let handle = loop_.call_soon(|| println!("never printed"));
/// handle.cancel();
/// assert!(handle.cancelled());
/// # loop_.close()
/// # }
/// ```
#[derive(Clone)]
pub struct Handle(pub(crate) Rc<dyn RawHandle>);

impl Handle {
    /// Cancels the call. The closure is dropped at once; a handle that ran stays as it is.
    pub fn cancel(&self) {
        self.0.cancel();
    }

    /// Whether the handle was cancelled.
    pub fn cancelled(&self) -> bool {
        self.0.cancelled()
    }

    /// The context that the callback runs in.
    pub fn get_context(&self) -> Context {
        self.0.get_context()
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.repr())
    }
}

/// What a timer adds to a handle.
pub(crate) trait RawTimer: RawHandle {
    /// The deadline, in seconds of the loop's clock.
    fn when(&self) -> f64;
    /// Whether the timer is in the loop's heap.
    fn scheduled(&self) -> &Cell<bool>;
}

/// A callback with a deadline.
pub(crate) struct Timer<F> {
    callback: Callback<F>,
    when: f64,
    scheduled: Cell<bool>,
    loop_: Weak<Inner>,
}

impl<F, R> Timer<F>
where
    F: FnOnce() -> R + 'static,
    R: CallbackOutput,
{
    #[inline(always)]
    pub(crate) fn new(
        when: f64,
        function: F,
        context: ContextSlot,
        created: Created,
        loop_: &EventLoop,
    ) -> Self {
        Self {
            callback: Callback::new(function, context, created),
            when,
            scheduled: Cell::new(false),
            loop_: Rc::downgrade(&loop_.0),
        }
    }
}

impl<F, R> RawHandle for Timer<F>
where
    F: FnOnce() -> R + 'static,
    R: CallbackOutput,
{
    fn run(self: Rc<Self>, loop_: &EventLoop) -> Result<()> {
        let Some(function) = self.callback.take() else { return Ok(()) };
        match call(&self.callback.context, function) {
            Ok(()) => Ok(()),
            Err(error) => report_callback(loop_, self, error),
        }
    }

    fn cancel(&self) {
        if !self.callback.cancelled()
            && self.scheduled.get()
            && let Some(inner) = self.loop_.upgrade()
        {
            EventLoop(inner).timer_handle_cancelled();
        }
        self.callback.cancel();
    }

    fn cancelled(&self) -> bool {
        self.callback.cancelled()
    }

    fn get_context(&self) -> Context {
        self.callback.get_context()
    }

    fn callback_name(&self) -> String {
        format_callback::<F>()
    }

    fn created(&self) -> Created {
        self.callback.created()
    }

    fn repr(&self) -> String {
        timer_repr(self)
    }
}

impl<F, R> RawTimer for Timer<F>
where
    F: FnOnce() -> R + 'static,
    R: CallbackOutput,
{
    fn when(&self) -> f64 {
        self.when
    }

    fn scheduled(&self) -> &Cell<bool> {
        &self.scheduled
    }
}

/// Python's `repr` of a timer.
pub(crate) fn timer_repr(timer: &dyn RawTimer) -> String {
    let (when, callback) = (timer.when(), timer.callback_name());
    handle_repr("TimerHandle", timer.cancelled(), Some(when), callback, timer.created())
}

/// A callback that the loop will call at a given time; what [`EventLoop::call_later`] and
/// [`EventLoop::call_at`] return.
///
/// Ordered by deadline alone, as in Python; two are equal only if they are the same.
/// Mirrors `asyncio.TimerHandle`.
///
/// ```
/// # fn main() -> asyncio::Result<()> {
/// let loop_ = asyncio::new_event_loop();
/// let timer = loop_.call_later(60, || println!("never printed"));
/// assert!(timer.when() > loop_.time());
/// timer.cancel();
/// # loop_.close()
/// # }
/// ```
#[derive(Clone)]
pub struct TimerHandle(pub(crate) Rc<dyn RawTimer>);

impl TimerHandle {
    /// Cancels the call. The closure is dropped at once.
    pub fn cancel(&self) {
        self.0.cancel();
    }

    /// Whether the handle was cancelled.
    pub fn cancelled(&self) -> bool {
        self.0.cancelled()
    }

    /// The deadline, in seconds of [`EventLoop::time`].
    pub fn when(&self) -> f64 {
        self.0.when()
    }

    /// The context that the callback runs in.
    pub fn get_context(&self) -> Context {
        self.0.get_context()
    }
}

impl PartialEq for TimerHandle {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for TimerHandle {}

impl Hash for TimerHandle {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.when().to_bits().hash(state);
    }
}

impl PartialOrd for TimerHandle {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        if self == other {
            return Some(std::cmp::Ordering::Equal);
        }
        match self.when().partial_cmp(&other.when()) {
            Some(std::cmp::Ordering::Equal) => None,
            order => order,
        }
    }
}

impl fmt::Debug for TimerHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.repr())
    }
}

/// What asyncio keeps for each thread.
struct ThreadState {
    /// The loop of `set_event_loop`.
    current: RefCell<Option<EventLoop>>,
    /// Whether `set_event_loop` was ever called here, be it with `None`.
    set_called: Cell<bool>,
    /// Every loop that was made here and is still alive.
    loops: RefCell<Vec<Weak<Inner>>>,
    task_names: Cell<u64>,
}

thread_local! {
    static THREAD: ThreadState = const {
        ThreadState {
            current: RefCell::new(None),
            set_called: Cell::new(false),
            loops: RefCell::new(Vec::new()),
            task_names: Cell::new(0),
        }
    };
}

/// The number of this thread's next unnamed task.
pub(crate) fn next_task_number() -> u64 {
    let next = |thread: &ThreadState| {
        thread.task_names.set(thread.task_names.get() + 1);
        thread.task_names.get()
    };
    THREAD.try_with(next).unwrap_or_default()
}

pub(crate) fn register_loop(loop_: &EventLoop) {
    // While a thread ends there is nothing left to register with.
    let _ = THREAD.try_with(|thread| {
        let mut loops = thread.loops.borrow_mut();
        loops.retain(|known| known.strong_count() > 0);
        loops.push(Rc::downgrade(&loop_.0));
    });
}

/// The loop that `remote` belongs to, if it lives on this thread.
pub(crate) fn loop_of_this_thread(remote: &Remote) -> Option<EventLoop> {
    let is_it = |inner: &Inner| std::ptr::eq(&raw const *inner.remote, remote);
    let running =
        current::with_loop(|running| running.filter(|running| is_it(&running.0)).cloned());
    if running.is_some() {
        return running;
    }
    THREAD
        .try_with(|thread| {
            let loops = thread.loops.borrow();
            let inner = loops.iter().filter_map(Weak::upgrade).find(|inner| is_it(inner));
            inner.map(EventLoop)
        })
        .ok()
        .flatten()
}

/// Runs `f` with the running loop, without counting a handle.
#[inline(always)]
pub(crate) fn with_running_loop<R>(f: impl FnOnce(&EventLoop) -> R) -> Option<R> {
    current::with_loop(|running| running.map(f))
}

/// The event loop that is running in this thread, or `None`.
///
/// Mirrors `asyncio._get_running_loop`.
///
/// ```
/// assert!(asyncio::_get_running_loop().is_none());
/// ```
pub fn _get_running_loop() -> Option<EventLoop> {
    with_running_loop(EventLoop::clone)
}

/// The event loop that is running in this thread.
///
/// Mirrors `asyncio.get_running_loop`.
///
/// # Panics
/// RuntimeError `no running event loop`; inside a task that error ends the task.
///
/// ```
/// # fn main() -> asyncio::Result<()> {
/// async fn main() -> asyncio::Result<()> {
///     assert!(asyncio::get_running_loop().is_running());
///     Ok(())
/// }
/// asyncio::run(main())
/// # }
/// ```
#[track_caller]
pub fn get_running_loop() -> EventLoop {
    match _get_running_loop() {
        Some(loop_) => loop_,
        None => panic_with(RuntimeError("no running event loop")),
    }
}

/// The running event loop, or else the one that [`set_event_loop`] set.
///
/// Mirrors `asyncio.get_event_loop`.
///
/// # Panics
/// RuntimeError `There is no current event loop in thread '…'.`
///
/// # Differences from Python
/// In the main thread, if no loop was ever set there, a new one is made and set, as Python
/// did before 3.14.
#[track_caller]
pub fn get_event_loop() -> EventLoop {
    if let Some(running) = _get_running_loop() {
        return running;
    }
    let (current, set_called) = THREAD
        .try_with(|thread| (thread.current.borrow().clone(), thread.set_called.get()))
        .unwrap_or((None, true));
    if let Some(current) = current {
        return current;
    }
    if set_called || !is_main_thread() {
        let thread = thread::current();
        let name = if is_main_thread() { "MainThread" } else { thread.name().unwrap_or("Dummy") };
        panic_with(RuntimeError(format!(
            "There is no current event loop in thread {}.",
            repr_str(name)
        )));
    }
    let loop_ = new_event_loop();
    set_event_loop(Some(&loop_));
    loop_
}

/// Makes `loop_` the current event loop of this thread, or leaves the thread without one.
///
/// Mirrors `asyncio.set_event_loop`.
///
/// ```
/// # fn main() -> asyncio::Result<()> {
/// let loop_ = asyncio::new_event_loop();
/// asyncio::set_event_loop(Some(&loop_));
/// assert_eq!(asyncio::get_event_loop(), loop_);
/// asyncio::set_event_loop(None);
/// # loop_.close()
/// # }
/// ```
pub fn set_event_loop(loop_: Option<&EventLoop>) {
    let before = THREAD.try_with(|thread| {
        thread.set_called.set(true);
        thread.current.replace(loop_.cloned())
    });
    drop(before);
}

/// Creates an event loop.
///
/// It belongs to this thread. Close it when it is no longer needed. Mirrors
/// `asyncio.new_event_loop`.
///
/// # Differences from Python
/// The selector is made when the loop first has to wait: if the operating system gives none (too
/// many open files), the run fails then, and not the making of the loop.
pub fn new_event_loop() -> EventLoop {
    EventLoop::new()
}
