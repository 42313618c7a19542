//! Time, and the callbacks that the loop is to call.

use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;

use super::EventLoop;
use crate::contextvars::{self, Context};
use crate::events::{
    Callback, CallbackOutput, Created, Handle, LoopHandle, RawHandle, RawTimer, ThreadSafeHandle,
    Timer, TimerHandle,
};
use crate::exceptions::panic_with;
use crate::heapq::{self, Entry};
use crate::raw::place;
use crate::timeouts::IntoDelay;

impl EventLoop {
    /// The loop's time, in seconds since a point that is the same for all loops of the process.
    ///
    /// Mirrors `loop.time`.
    pub fn time(&self) -> f64 {
        self.0.clock.time()
    }

    /// Arranges for `callback` to be called in the next iteration.
    ///
    /// Callbacks are called in the order in which they were registered, each once, in a copy
    /// of the current context. Mirrors `loop.call_soon`.
    ///
    /// # Panics
    /// RuntimeError `Event loop is closed`.
    ///
    /// ```
    /// # fn main() -> asyncio::Result<()> {
    /// let loop_ = asyncio::new_event_loop();
    /// let future = loop_.create_future();
    /// let setter = future.clone();
    /// loop_.call_soon(move || setter.set_result("ready"));
    /// assert_eq!(loop_.run_until_complete(future)?, "ready");
    /// loop_.close()
    /// # }
    /// ```
    #[track_caller]
    pub fn call_soon<F, R>(&self, callback: F) -> Handle
    where
        F: FnOnce() -> R + 'static,
        R: CallbackOutput + 'static,
    {
        self.check_closed();
        let (context, created) = (contextvars::capture(), self.created());
        self.push_callback(place::rc(|| Callback::new(callback, context, created)))
    }

    /// [`call_soon`](Self::call_soon) in the given context: Python's `context=`.
    ///
    /// # Panics
    /// RuntimeError `Event loop is closed`.
    #[track_caller]
    pub fn call_soon_with<F, R>(&self, callback: F, context: &Context) -> Handle
    where
        F: FnOnce() -> R + 'static,
        R: CallbackOutput + 'static,
    {
        self.check_closed();
        let (context, created) = (contextvars::slot_from(context), self.created());
        self.push_callback(place::rc(|| Callback::new(callback, context, created)))
    }

    /// Arranges for `callback` to be called after `delay` seconds.
    ///
    /// Mirrors `loop.call_later`.
    ///
    /// # Panics
    /// RuntimeError `Event loop is closed`.
    ///
    /// ```
    /// # fn main() -> asyncio::Result<()> {
    /// let loop_ = asyncio::new_event_loop();
    /// let stopper = loop_.clone();
    /// loop_.call_later(0.001, move || stopper.stop());
    /// loop_.run_forever()?;
    /// loop_.close()
    /// # }
    /// ```
    #[track_caller]
    pub fn call_later<F, R>(&self, delay: impl IntoDelay, callback: F) -> TimerHandle
    where
        F: FnOnce() -> R + 'static,
        R: CallbackOutput + 'static,
    {
        self.call_at(self.time() + delay.into_delay(), callback)
    }

    /// [`call_later`](Self::call_later) in the given context: Python's `context=`.
    ///
    /// # Panics
    /// RuntimeError `Event loop is closed`.
    #[track_caller]
    pub fn call_later_with<F, R>(
        &self,
        delay: impl IntoDelay,
        callback: F,
        context: &Context,
    ) -> TimerHandle
    where
        F: FnOnce() -> R + 'static,
        R: CallbackOutput + 'static,
    {
        self.call_at_with(self.time() + delay.into_delay(), callback, context)
    }

    /// Arranges for `callback` to be called at `when`, in seconds of [`time`](Self::time).
    ///
    /// Mirrors `loop.call_at`.
    ///
    /// # Panics
    /// RuntimeError `Event loop is closed`.
    #[track_caller]
    pub fn call_at<F, R>(&self, when: f64, callback: F) -> TimerHandle
    where
        F: FnOnce() -> R + 'static,
        R: CallbackOutput + 'static,
    {
        self.check_closed();
        let (context, created) = (contextvars::capture(), self.created());
        self.schedule(place::rc(|| Timer::new(when, callback, context, created, self)))
    }

    /// [`call_at`](Self::call_at) in the given context: Python's `context=`.
    ///
    /// # Panics
    /// RuntimeError `Event loop is closed`.
    #[track_caller]
    pub fn call_at_with<F, R>(&self, when: f64, callback: F, context: &Context) -> TimerHandle
    where
        F: FnOnce() -> R + 'static,
        R: CallbackOutput + 'static,
    {
        self.check_closed();
        let (context, created) = (contextvars::slot_from(context), self.created());
        self.schedule(place::rc(|| Timer::new(when, callback, context, created, self)))
    }

    /// [`call_at`](Self::call_at) under the name that tutorials give it.
    ///
    /// # Panics
    /// RuntimeError `Event loop is closed`.
    ///
    /// # Differences from Python
    /// Python has no such name.
    #[track_caller]
    pub fn call_when<F, R>(&self, when: f64, callback: F) -> TimerHandle
    where
        F: FnOnce() -> R + 'static,
        R: CallbackOutput + 'static,
    {
        self.call_at(when, callback)
    }

    /// [`call_soon`](Self::call_soon) that other threads may use too, through
    /// [`handle`](Self::handle). Mirrors `loop.call_soon_threadsafe`.
    ///
    /// # Panics
    /// RuntimeError `Event loop is closed`.
    #[track_caller]
    pub fn call_soon_threadsafe<F, R>(&self, callback: F) -> ThreadSafeHandle
    where
        F: FnOnce() -> R + Send + 'static,
        R: CallbackOutput,
    {
        match self.handle().call_soon_threadsafe(callback) {
            Ok(handle) => handle,
            Err(closed) => panic_with(closed),
        }
    }

    /// The part of this loop that other threads may hold: `Send`, `Sync`, cheap to clone.
    pub fn handle(&self) -> LoopHandle {
        LoopHandle(Arc::clone(&self.0.remote))
    }

    /// The caller's place, in debug mode.
    #[track_caller]
    pub(crate) fn created(&self) -> Created {
        // A closure would name itself, not our caller.
        if self.get_debug() { Some(Location::caller()) } else { None }
    }

    #[inline]
    fn push_callback<R: RawHandle + 'static>(&self, callback: Rc<R>) -> Handle {
        self.push(callback.clone());
        Handle(callback)
    }

    /// Puts a handle into the ready queue, or drops it if the loop is closed or closing.
    pub(crate) fn push(&self, handle: Rc<dyn RawHandle>) {
        // One look for both: the inbox of a closed loop counts as full.
        if self.0.remote.has_messages() {
            return self.push_slowly(handle);
        }
        self.0.ready.push(handle);
    }

    #[cold]
    fn push_slowly(&self, handle: Rc<dyn RawHandle>) {
        if self.is_closed() {
            drop(handle);
            return self.check_closed();
        }
        // What other threads have asked for was asked for before.
        self.process_inbox();
        self.0.ready.push(handle);
    }

    /// Puts a timer into the heap.
    pub(crate) fn schedule<R: RawTimer + 'static>(&self, timer: Rc<R>) -> TimerHandle {
        // What a destructor schedules while the loop is closing is dropped with its handle.
        if self.is_closed() {
            return TimerHandle(timer);
        }
        timer.scheduled().set(true);
        let entry = Entry { when: timer.when(), timer: timer.clone() };
        heapq::heappush(&mut self.0.scheduled.borrow_mut(), entry, Entry::is_before);
        TimerHandle(timer)
    }

    /// Notes that a timer in the heap was cancelled.
    pub(crate) fn timer_handle_cancelled(&self) {
        self.0.timer_cancelled_count.update(|count| count + 1);
    }
}
