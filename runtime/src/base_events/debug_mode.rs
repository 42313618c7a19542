//! Debug mode: what takes long is reported, and things know where they were created.

use std::rc::Rc;

use super::EventLoop;
use crate::events::RawHandle;
use crate::exceptions::Result;
use crate::log;

impl EventLoop {
    /// Whether debug mode is on. Mirrors `loop.get_debug`.
    pub fn get_debug(&self) -> bool {
        self.0.debug.get()
    }

    /// Turns debug mode on or off; `ASYNCIO_DEBUG=1` in the environment turns it on for new loops.
    ///
    /// In debug mode a callback, or a step of a task, that takes longer than
    /// [`slow_callback_duration`](Self::slow_callback_duration) is reported. Futures, tasks and
    /// handles know where they were created: their reprs say so, and the reports of errors.
    /// Mirrors `loop.set_debug`.
    ///
    /// # Differences from Python
    /// Python then also checks that `call_soon` is called on the loop's own thread, and is given
    /// no coroutine. Here the types see to both: a loop does not leave its thread, others have a
    /// [`LoopHandle`](crate::LoopHandle), and a callback does not return a future. Of the stack
    /// that created something, the one frame is known that called asyncio.
    ///
    /// ```
    /// # fn main() -> asyncio::Result<()> {
    /// let loop_ = asyncio::new_event_loop();
    /// loop_.set_debug(true);
    /// let future = loop_.create_future::<()>();
    /// assert!(format!("{future:?}").starts_with("<Future pending created at "));
    /// # loop_.close()
    /// # }
    /// ```
    pub fn set_debug(&self, enabled: bool) {
        self.0.debug.set(enabled);
        self.look_again();
        self.0.remote.set_debug(enabled);
    }

    /// How long, in seconds, a callback may take before debug mode reports it; 0.1 at first.
    ///
    /// Mirrors `loop.slow_callback_duration`.
    pub fn slow_callback_duration(&self) -> f64 {
        self.0.slow_callback_duration.get()
    }

    /// Sets [`slow_callback_duration`](Self::slow_callback_duration), in seconds.
    pub fn set_slow_callback_duration(&self, seconds: f64) {
        self.0.slow_callback_duration.set(seconds);
    }

    /// Runs a handle in debug mode.
    ///
    /// The clock is read twice a handle: what happens between two of them (dropping the first
    /// runs code of the user's) would be charged to the second.
    pub(super) fn run_watched(&self, handle: Rc<dyn RawHandle>) -> Result<()> {
        if handle.cancelled() {
            return Ok(());
        }
        self.0.current_handle.set(handle.created());
        let _over = NoHandle(self);
        let started = self.time();
        Rc::clone(&handle).run(self)?;
        let duration = self.time() - started;
        if duration >= self.0.slow_callback_duration.get() {
            let handle = handle.slow_repr();
            log::warning(&format!("Executing {handle} took {duration:.3} seconds"));
        }
        Ok(())
    }
}

/// The handle is over, however it ended.
struct NoHandle<'a>(&'a EventLoop);

impl Drop for NoHandle<'_> {
    fn drop(&mut self) {
        self.0.0.current_handle.set(None);
    }
}
