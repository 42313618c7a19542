//! The event loop; mirrors `base_events.py`.

mod asyncgens;
mod callbacks;
mod debug_mode;
mod exception_handler;
mod executor;
pub(crate) mod observer;
mod ready;

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::thread;

use slab::Slab;

use crate::clock::{Clock, ulp};
use crate::constants;
use crate::coroutines::{self, Awaitable};
use crate::events::{self, Created, RawHandle, SafeHandles};
use crate::exceptions::{Result, RuntimeError, ValueError, from_panic, panic_with};
use crate::format_helpers::repr_bool;
use crate::futures::{AnyFuture, Future, RawFuture};
use crate::heapq::{self, Entry};
use crate::raw::{current, place};
use crate::selector_events::{Message, Remote, Selector, TaskKey};
use crate::sys::SigintHandler;
use crate::tasks::{self, RawTask, Task, TaskFactory, TaskOptions};

use asyncgens::AsyncGens;
pub(crate) use exception_handler::log_exception;
pub use exception_handler::{ExceptionContext, ExceptionHandler};
use executor::Threads;
pub(crate) use executor::{Ticket, works_for};
use observer::Observer;
use ready::{Batch, Ready};

/// An event loop: a queue of callbacks, a heap of timers and a selector, on one thread.
///
/// A cheap handle: clones are the same loop. The loop runs on the thread that made it; other
/// threads reach it through [`handle`](Self::handle). When the last handle goes, a loop that
/// was not closed is closed. Mirrors `asyncio.EventLoop`.
///
/// ```
/// # fn main() -> asyncio::Result<()> {
/// let loop_ = asyncio::new_event_loop();
/// let answer = loop_.run_until_complete(async { asyncio::Ok(42) })?;
/// assert_eq!(answer, 42);
/// loop_.close()
/// # }
/// ```
#[derive(Clone)]
pub struct EventLoop(pub(crate) Rc<Inner>);

pub(crate) struct Inner {
    ready: Ready,
    scheduled: RefCell<Vec<Entry>>,
    timer_cancelled_count: Cell<usize>,
    /// The pending tasks, each owned here until it is done.
    tasks: RefCell<Slab<Rc<dyn RawTask>>>,
    next_serial: Cell<u64>,
    pub(crate) remote: Arc<Remote>,
    selector: RefCell<Selector>,
    clock: Clock,
    running: Cell<bool>,
    stopping: Cell<bool>,
    life: Cell<Life>,
    debug: Cell<bool>,
    observer: RefCell<Option<Rc<Observer>>>,
    /// Handles are looked at while they run: in debug mode, or by the observer.
    observed: Cell<bool>,
    /// Where the handle that is running was created.
    current_handle: Cell<Created>,
    slow_callback_duration: Cell<f64>,
    exception_handler: RefCell<Option<ExceptionHandler>>,
    task_factory: RefCell<Option<TaskFactory>>,
    /// Whether there is one: each new task asks.
    has_task_factory: Cell<bool>,
    sigint: RefCell<Option<Sigint>>,
    /// Pending futures that nobody but each other may own: nothing else breaks their ring.
    rings: RefCell<Vec<Weak<dyn RawFuture>>>,
    /// How many presses of Ctrl-C the loop has seen.
    interrupts: Cell<u32>,
    iteration: Cell<u64>,
    /// The inbox is being emptied.
    pub(crate) taking_in: Cell<bool>,
    /// The memory of the messages that were taken in last.
    pub(crate) messages: Cell<Vec<Message>>,
    pub(crate) safe_handles: SafeHandles,
    threads: Threads,
    asyncgens: AsyncGens,
}

/// What a runner does when Ctrl-C is pressed for the first, the second time.
pub(crate) type Sigint = Rc<dyn Fn(u32) -> Result<()>>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Life {
    Open,
    /// `close` is dropping what is left: whatever that schedules is dropped as well.
    Closing,
    Closed,
}

// Running and stopping.
impl EventLoop {
    pub(crate) fn new() -> Self {
        Self::with_clock(Clock::monotonic())
    }

    /// A loop whose time is virtual: it starts at 0.0, and whenever nothing is ready it jumps
    /// to the deadline of the next timer instead of sleeping.
    ///
    /// For tests: an hour's sleep takes no time, and the order of events is exact. Time stands
    /// still while a thread works on what [`run_in_executor`](Self::run_in_executor) gave it,
    /// unless that waits for a [`run_coroutine_threadsafe`](crate::run_coroutine_threadsafe()).
    ///
    /// ```
    /// # fn main() -> asyncio::Result<()> {
    /// let loop_ = asyncio::EventLoop::with_virtual_clock();
    /// loop_.run_until_complete(asyncio::sleep(3600))?;
    /// assert_eq!(loop_.time(), 3600.0);
    /// loop_.close()
    /// # }
    /// ```
    pub fn with_virtual_clock() -> Self {
        Self::with_clock(Clock::virtual_())
    }

    fn with_clock(clock: Clock) -> Self {
        let remote = Arc::new(Remote::new());
        let loop_ = Self(place::rc(|| Inner {
            ready: Ready::default(),
            scheduled: RefCell::default(),
            timer_cancelled_count: Cell::new(0),
            tasks: RefCell::default(),
            next_serial: Cell::new(0),
            remote,
            selector: RefCell::default(),
            clock,
            running: Cell::new(false),
            stopping: Cell::new(false),
            life: Cell::new(Life::Open),
            debug: Cell::new(false),
            observer: RefCell::default(),
            observed: Cell::new(false),
            current_handle: Cell::new(None),
            slow_callback_duration: Cell::new(constants::SLOW_CALLBACK_DURATION),
            exception_handler: RefCell::new(None),
            task_factory: RefCell::new(None),
            has_task_factory: Cell::new(false),
            sigint: RefCell::new(None),
            rings: RefCell::default(),
            interrupts: Cell::new(0),
            iteration: Cell::new(0),
            taking_in: Cell::new(false),
            messages: Cell::default(),
            safe_handles: SafeHandles::default(),
            threads: Threads::default(),
            asyncgens: AsyncGens::default(),
        }));
        loop_.set_debug(coroutines::is_debug_mode());
        events::register_loop(&loop_);
        loop_
    }

    #[track_caller]
    pub(crate) fn check_closed(&self) {
        if self.refuses() {
            refuse_calls();
        }
    }

    /// Whether the loop takes no more calls, and whoever makes one is to know.
    #[inline(always)]
    pub(crate) fn refuses(&self) -> bool {
        // A destructor that schedules something must not bring down a panicking thread.
        self.0.life.get() == Life::Closed && !thread::panicking()
    }

    /// Like [`check_closed`](Self::check_closed), for what cannot be done half.
    #[track_caller]
    fn check_open(&self) {
        if self.is_closed() {
            refuse_calls();
        }
    }

    fn check_running(&self) -> Result<()> {
        if self.is_running() {
            return Err(RuntimeError("This event loop is already running"));
        }
        if events::_get_running_loop().is_some() {
            return Err(RuntimeError("Cannot run the event loop while another loop is running"));
        }
        Ok(())
    }

    /// Runs until [`stop`](Self::stop) is called.
    ///
    /// Mirrors `loop.run_forever`.
    ///
    /// # Errors
    /// RuntimeError if this loop or another one is running in this thread; SystemExit or
    /// KeyboardInterrupt if a callback or task raised it: the callbacks behind it stay queued;
    /// OSError if the operating system gives no selector (too many open files).
    ///
    /// # Panics
    /// RuntimeError `Event loop is closed`.
    ///
    /// ```
    /// # fn main() -> asyncio::Result<()> {
    /// let loop_ = asyncio::new_event_loop();
    /// let stopper = loop_.clone();
    /// loop_.call_soon(move || stopper.stop());
    /// loop_.run_forever()?;
    /// loop_.close()
    /// # }
    /// ```
    #[track_caller]
    pub fn run_forever(&self) -> Result<()> {
        self.check_open();
        self.check_running()?;
        self.0.running.set(true);
        let _cleanup = RunForeverCleanup(self);
        current::enter_loop(self, || {
            let mut batch = Vec::new();
            loop {
                self.run_once(&mut batch)?;
                if self.0.stopping.get() {
                    return Ok(());
                }
            }
        })
    }

    /// Runs until `future` is done, and returns its result.
    ///
    /// A coroutine is wrapped in a task first. A handle given by value gives up its result; to
    /// leave it there, give `&future`. Mirrors `loop.run_until_complete`.
    ///
    /// # Errors
    /// What the future ended with; RuntimeError `Event loop stopped before Future completed.`;
    /// ValueError if the future belongs to another loop; as [`run_forever`](Self::run_forever).
    ///
    /// # Panics
    /// RuntimeError `Event loop is closed`.
    ///
    /// ```
    /// # fn main() -> asyncio::Result<()> {
    /// let loop_ = asyncio::new_event_loop();
    /// let task = loop_.create_task(async { asyncio::Ok("done") });
    /// assert_eq!(loop_.run_until_complete(&task)?, "done");
    /// assert_eq!(task.result()?, "done");
    /// loop_.close()
    /// # }
    /// ```
    #[track_caller]
    pub fn run_until_complete<A>(&self, future: A) -> Result<A::Value>
    where
        A: Awaitable,
        A::IntoFuture: 'static,
        A::Value: 'static,
    {
        self.check_open();
        self.check_running()?;
        let child = tasks::ensure_child(future, Some(self))?;
        let future = child.future.any();
        if child.is_new() {
            future.log_destroy_pending(false);
        }
        let callback = future.add_done_callback(_run_until_complete_cb);
        let outcome = self.run_forever();
        future.remove_done_callback(callback);
        if let Err(exit) = outcome {
            if child.is_new() && future.done() && !future.cancelled() {
                // The caller has no other way to the task: do not log what it ended with.
                let _ = future.exception();
            }
            return Err(exit);
        }
        if !future.done() {
            return Err(RuntimeError("Event loop stopped before Future completed."));
        }
        child.result()
    }

    /// Stops the loop after the current iteration.
    ///
    /// Every callback that is ready already still runs; called before
    /// [`run_forever`](Self::run_forever), one iteration runs. Mirrors `loop.stop`.
    pub fn stop(&self) {
        self.0.stopping.set(true);
    }

    /// Whether the loop is running. Mirrors `loop.is_running`.
    pub fn is_running(&self) -> bool {
        self.0.running.get()
    }

    /// Whether the loop was closed. Mirrors `loop.is_closed`.
    pub fn is_closed(&self) -> bool {
        self.0.life.get() != Life::Open
    }

    /// Whether the loop could run, and nothing would happen in it: neither is anything scheduled
    /// nor anything left to shut down, and nobody looks on.
    pub(crate) fn is_idle_for_good(&self) -> bool {
        let is_watched = self.0.observed.get() || self.has_task_factory();
        self.0.life.get() == Life::Open
            && events::with_running_loop(|_| ()).is_none()
            && !is_watched
            && !self.0.remote.has_messages()
            && self.has_nothing_scheduled()
            && !self.has_asyncgens()
            && !self.has_default_executor()
    }

    fn has_nothing_scheduled(&self) -> bool {
        self.0.ready.is_empty() && self.0.scheduled.borrow().is_empty() && !self.has_pending_tasks()
    }

    /// What a shutdown leaves behind that finds nothing to shut down: two tasks have had their
    /// numbers, and each has run in one iteration and been reported in the next.
    pub(crate) fn pass_over_shutdown(&self) {
        self.note_asyncgens_shutdown();
        self.note_executor_shutdown();
        events::next_task_number();
        events::next_task_number();
        self.0.iteration.update(|iteration| iteration + 4);
    }

    /// Closes the loop: drops what is queued and does not run it, and shuts the default executor
    /// down without waiting.
    ///
    /// Closing twice is fine. Mirrors `loop.close`.
    ///
    /// # Errors
    /// RuntimeError `Cannot close a running event loop`; what the executor's shutdown fails with.
    ///
    /// # Differences from Python
    /// Tasks that are still pending are dropped here, in the order of their creation, each
    /// reported as `Task was destroyed but it is pending!`; Python does so when it collects them.
    pub fn close(&self) -> Result<()> {
        if self.is_running() {
            return Err(RuntimeError("Cannot close a running event loop"));
        }
        if self.is_closed() {
            return Ok(());
        }
        self.0.life.set(Life::Closing);
        let messages = self.0.remote.close();
        messages.into_iter().for_each(|message| self.drop_reporting(message));
        if !self.has_nothing_scheduled() {
            self.drop_scheduled();
        }
        let outcome = self.close_executor();
        if self.has_pending_tasks() {
            self.drop_pending_tasks();
        }
        let rings = mem::take(&mut *self.0.rings.borrow_mut());
        rings.iter().filter_map(Weak::upgrade).for_each(|future| future.break_ring());
        self.0.life.set(Life::Closed);
        outcome
    }

    fn drop_scheduled(&self) {
        // Taken out first: dropping a closure may run code that comes back here.
        self.0.ready.take().into_iter().for_each(|handle| self.drop_reporting(handle));
        let scheduled = mem::take(&mut *self.0.scheduled.borrow_mut());
        scheduled.into_iter().for_each(|entry| self.drop_reporting(entry));
    }

    fn drop_pending_tasks(&self) {
        let mut tasks: Vec<_> = mem::take(&mut *self.0.tasks.borrow_mut()).into_iter().collect();
        tasks.sort_by_key(|(_, task)| task.key().serial);
        for (_, task) in tasks {
            tasks::destroy_pending(self, task);
        }
    }

    /// Drops what may run code of the user's; a panic out of that is reported, for there is
    /// nobody to raise to.
    pub(crate) fn drop_reporting<T>(&self, what: T) {
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(what))) {
            let _ = self.report_dropped(payload);
        }
    }

    fn report_dropped(&self, payload: Box<dyn Any + Send>) -> Result<()> {
        let mut context = ExceptionContext::new("Exception ignored while dropping");
        context.exception = Some(from_panic(payload));
        self.call_exception_handler(context)
    }

    /// Remembers a future that owns others which own it, for the end of the loop.
    pub(crate) fn add_ring(&self, future: Weak<dyn RawFuture>) {
        let mut rings = self.0.rings.borrow_mut();
        if rings.len() == rings.capacity() {
            rings.retain(|known| known.strong_count() > 0);
        }
        rings.push(future);
    }
}

/// Panics as a closed loop does that is asked for anything.
#[cold]
#[track_caller]
pub(crate) fn refuse_calls() -> ! {
    panic_with(RuntimeError("Event loop is closed"))
}

/// What `run_forever` undoes at its end, also when a panic ends it.
struct RunForeverCleanup<'a>(&'a EventLoop);

impl Drop for RunForeverCleanup<'_> {
    fn drop(&mut self) {
        self.0.0.stopping.set(false);
        self.0.0.running.set(false);
    }
}

/// Stops the loop when the awaited future is done; an exit stops it by itself. Named as reprs
/// show it.
fn _run_until_complete_cb(future: &AnyFuture) {
    if !future.cancelled()
        && let Ok(Some(error)) = future.exception()
        && error.is_exit()
    {
        return;
    }
    if let Some(loop_) = future.try_get_loop() {
        loop_.stop();
    }
}

// One iteration.
impl EventLoop {
    /// Runs one iteration: sweep cancelled timers, sleep, take in what came from outside and the
    /// timers that are due, then run what is ready.
    fn run_once(&self, batch: &mut Vec<Rc<dyn RawHandle>>) -> Result<()> {
        self.0.iteration.update(|iteration| iteration + 1);
        if self.has_timers() {
            self.sweep_cancelled_timers();
        }
        if self.0.ready.is_empty() && !self.0.stopping.get() {
            self.select()?;
        }
        self.process_inbox();
        if self.has_timers() {
            self.move_due_timers();
        }
        // Exactly the handles that are ready now: what they schedule runs in the next iteration.
        self.0.ready.swap(batch);
        if batch.is_empty() {
            return self.check_sigint();
        }
        let mut batch = Batch { handles: batch.drain(..), ready: &self.0.ready };
        loop {
            let run = AssertUnwindSafe(|| self.run_batch(&mut batch));
            match catch_unwind(run) {
                Ok(Ok(())) => break,
                Ok(Err(exit)) => return Err(exit),
                // A callback's own panic never comes here; the drop of what it held does.
                Err(payload) => self.report_dropped(payload)?,
            }
        }
        // All have run: there is nothing to put back.
        mem::forget(batch);
        Ok(())
    }

    #[inline(always)]
    fn run_batch(&self, batch: &mut Batch<'_>) -> Result<()> {
        for handle in batch.handles.by_ref() {
            if self.0.observed.get() {
                self.run_observed(handle)?;
            } else {
                handle.run(self)?;
            }
            self.check_sigint()?;
        }
        Ok(())
    }

    /// Tells whoever watches Ctrl-C of the presses since the last time.
    #[inline]
    fn check_sigint(&self) -> Result<()> {
        if self.0.interrupts.get() == SigintHandler::pressed() {
            return Ok(());
        }
        self.tell_of_sigint()
    }

    #[cold]
    fn tell_of_sigint(&self) -> Result<()> {
        let on_sigint = self.0.sigint.borrow().clone();
        let Some(on_sigint) = on_sigint else { return Ok(()) };
        SigintHandler::drain();
        while self.0.interrupts.get() < SigintHandler::pressed() {
            self.0.interrupts.update(|interrupts| interrupts + 1);
            on_sigint(self.0.interrupts.get())?;
        }
        Ok(())
    }

    /// Has `on_sigint` called with the number of each press of Ctrl-C, or nothing any more.
    pub(crate) fn watch_sigint(&self, on_sigint: Option<Sigint>) -> Result<()> {
        self.0.interrupts.set(0);
        self.0.selector.borrow_mut().watch_sigint(on_sigint.is_some())?;
        let before = self.0.sigint.replace(on_sigint);
        drop(before);
        Ok(())
    }

    /// Whether whoever watches Ctrl-C has been told of a press.
    pub(crate) fn was_interrupted(&self) -> bool {
        self.0.interrupts.get() > 0
    }

    /// Removes cancelled timers from the heap: all if they are many, else those at its head.
    fn sweep_cancelled_timers(&self) {
        let total = self.0.scheduled.borrow().len();
        let count = self.0.timer_cancelled_count.get();
        if total > constants::MIN_SCHEDULED_TIMER_HANDLES
            && count as f64 / total as f64 > constants::MIN_CANCELLED_TIMER_HANDLES_FRACTION
        {
            let all = mem::take(&mut *self.0.scheduled.borrow_mut());
            let (cancelled, mut kept): (Vec<_>, Vec<_>) =
                all.into_iter().partition(|entry| entry.timer.cancelled());
            heapq::heapify(&mut kept, Entry::is_before);
            *self.0.scheduled.borrow_mut() = kept;
            self.0.timer_cancelled_count.set(0);
            cancelled.iter().for_each(|entry| entry.timer.scheduled().set(false));
            return;
        }
        while let Some(entry) = self.pop_timer(|head| head.timer.cancelled()) {
            self.0.timer_cancelled_count.update(|count| count.saturating_sub(1));
            drop(entry);
        }
    }

    /// Takes the head of the timer heap if it is `wanted`.
    fn pop_timer(&self, wanted: impl FnOnce(&Entry) -> bool) -> Option<Entry> {
        let mut scheduled = self.0.scheduled.borrow_mut();
        if !wanted(scheduled.first()?) {
            return None;
        }
        let entry = heapq::heappop(&mut scheduled, Entry::is_before)?;
        entry.timer.scheduled().set(false);
        Some(entry)
    }

    #[inline(always)]
    fn has_timers(&self) -> bool {
        !self.0.scheduled.borrow().is_empty()
    }

    /// Sleeps until something happens, but no longer than until the next timer.
    ///
    /// Not called when something is ready: the inbox and Ctrl-C, which alone are registered,
    /// need no look at the selector.
    #[inline(never)]
    fn select(&self) -> Result<()> {
        let when = self.0.scheduled.borrow().first().map(|first| first.when);
        let mut timeout =
            when.map(|when| (when - self.time()).clamp(0.0, constants::MAXIMUM_SELECT_TIMEOUT));
        if timeout != Some(0.0) && self.0.observed.get() {
            timeout = self.observed_timeout(timeout)?;
        }
        if timeout == Some(0.0) {
            return Ok(());
        }
        if timeout.is_some_and(f64::is_nan) {
            return Err(ValueError("cannot convert float NaN to integer"));
        }
        if let (Clock::Virtual(now), Some(seconds)) = (&self.0.clock, timeout) {
            if self.0.remote.has_messages() {
                return Ok(());
            }
            if !self.waits_for_threads() {
                // What other threads have sent goes before any later timer.
                if !self.0.remote.has_messages() {
                    now.set(now.get() + seconds);
                }
                return Ok(());
            }
            // Virtual time stands still while a thread works for the loop.
            timeout = None;
        }
        self.0.selector.borrow_mut().select(timeout, &self.0.remote)?;
        Ok(())
    }

    fn move_due_timers(&self) {
        let now = self.time();
        // Strictly later than now, also where the float's own steps are coarser than the clock's.
        let end_time = now + constants::CLOCK_RESOLUTION.max(ulp(now));
        while let Some(entry) = self.pop_timer(|head| head.when < end_time) {
            self.push(entry.timer);
        }
    }

    /// The number of iterations begun so far.
    pub(crate) fn iteration(&self) -> u64 {
        self.0.iteration.get()
    }
}

// Futures and tasks.
impl EventLoop {
    /// Creates a future that belongs to this loop. Mirrors `loop.create_future`.
    ///
    /// ```
    /// # fn main() -> asyncio::Result<()> {
    /// let loop_ = asyncio::new_event_loop();
    /// let future = loop_.create_future();
    /// future.set_result(1)?;
    /// assert_eq!(future.result()?, 1);
    /// loop_.close()
    /// # }
    /// ```
    #[track_caller]
    pub fn create_future<T: 'static>(&self) -> Future<T> {
        Future::on(self)
    }

    /// Schedules a coroutine on this loop. Mirrors `loop.create_task`.
    ///
    /// # Panics
    /// RuntimeError `Event loop is closed`; TypeError if it is a future or task already.
    #[track_caller]
    pub fn create_task<A>(&self, coroutine: A) -> Task<A::Value>
    where
        A: Awaitable,
        A::IntoFuture: 'static,
        A::Value: 'static,
    {
        self.spawn(coroutine, &mut TaskOptions::new())
    }

    /// [`create_task`](Self::create_task) with a name, a context or an eager start.
    ///
    /// # Panics
    /// As [`create_task`](Self::create_task).
    #[track_caller]
    pub fn create_task_with<A>(&self, coroutine: A, mut options: TaskOptions) -> Task<A::Value>
    where
        A: Awaitable,
        A::IntoFuture: 'static,
        A::Value: 'static,
    {
        self.spawn(coroutine, &mut options)
    }

    /// What makes the loop's tasks, or `None` if nothing special does.
    ///
    /// Mirrors `loop.get_task_factory`.
    pub fn get_task_factory(&self) -> Option<TaskFactory> {
        self.0.task_factory.borrow().clone()
    }

    #[inline(always)]
    pub(crate) fn has_task_factory(&self) -> bool {
        self.0.has_task_factory.get()
    }

    pub(crate) fn replace_task_factory(&self, factory: Option<TaskFactory>) {
        self.0.has_task_factory.set(factory.is_some());
        let before = self.0.task_factory.replace(factory);
        drop(before);
    }

    /// Gives a new task its name and its place; `make` runs no code of the user's.
    #[inline(always)]
    pub(crate) fn register_task<T: RawTask>(&self, make: impl FnOnce(TaskKey) -> Rc<T>) -> Rc<T> {
        let serial = self.0.next_serial.get();
        self.0.next_serial.set(serial + 1);
        let mut tasks = self.0.tasks.borrow_mut();
        let place = tasks.vacant_entry();
        let task = make(TaskKey { index: place.key(), serial });
        if !self.is_closed() {
            place.insert(task.clone());
        }
        task
    }

    /// Forgets a task that is done.
    ///
    /// Until then its place is its own, unless the loop was closed, which leaves no places.
    pub(crate) fn unregister_task(&self, key: TaskKey) {
        let task = self.0.tasks.borrow_mut().try_remove(key.index);
        debug_assert!(task.as_ref().is_none_or(|task| task.key() == key));
        drop(task);
    }

    pub(crate) fn has_pending_tasks(&self) -> bool {
        !self.0.tasks.borrow().is_empty()
    }

    /// The pending tasks, in the order of their creation.
    pub(crate) fn pending_tasks(&self) -> Vec<Rc<dyn RawTask>> {
        let mut tasks: Vec<_> =
            self.0.tasks.borrow().iter().map(|(_, task)| Rc::clone(task)).collect();
        tasks.sort_by_key(|task| task.key().serial);
        tasks
    }

    /// Schedules the step of a task that a foreign future woke.
    pub(crate) fn wake_task(&self, key: TaskKey) {
        let task = self.0.tasks.borrow().get(key.index).cloned();
        if let Some(task) = task.filter(|task| task.key() == key) {
            task.make_ready(self);
        }
    }
}

impl PartialEq for EventLoop {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for EventLoop {}

impl fmt::Debug for EventLoop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "<_UnixSelectorEventLoop running={} closed={} debug={}>",
            repr_bool(self.is_running()),
            repr_bool(self.is_closed()),
            repr_bool(self.get_debug()),
        )
    }
}

impl Drop for EventLoop {
    fn drop(&mut self) {
        if Rc::strong_count(&self.0) == 1 && !self.is_closed() {
            let _ = self.close();
        }
    }
}
