//! What is true of a task: its flags lie side by side, so that a step asks for several at once.

use std::cell::Cell;

/// Asked to cancel itself; nobody was told yet.
pub(crate) const MUST_CANCEL: u16 = 1 << 0;
/// Its destruction while it is pending is to be reported.
pub(crate) const LOG_DESTROY_PENDING: u16 = 1 << 1;
/// The step is in the ready queue.
pub(crate) const SCHEDULED: u16 = 1 << 2;
/// The coroutine was polled at least once.
pub(crate) const STARTED: u16 = 1 << 3;
/// This step ends in a bare yield: the task goes on in the next iteration.
pub(crate) const YIELDED: u16 = 1 << 4;
/// The next step has an error to throw.
pub(crate) const TO_THROW: u16 = 1 << 5;
/// This step has an error to throw that nobody took yet.
pub(crate) const THROWING: u16 = 1 << 6;
/// A cancellation went to what the task waits for, and nobody has come yet for the answer.
pub(crate) const ASKED: u16 = 1 << 7;
/// The first step is under way, in place of whatever was running.
pub(crate) const STARTING_EAGERLY: u16 = 1 << 8;
/// The first step was eager and the last: Python then forgets the coroutine.
pub(crate) const ENDED_EAGERLY: u16 = 1 << 9;

/// A set of them.
pub(crate) struct Flags(Cell<u16>);

impl Flags {
    pub(crate) const fn new(these: u16) -> Self {
        Self(Cell::new(these))
    }

    /// Whether any of `these` is set.
    #[inline(always)]
    pub(crate) fn has(&self, these: u16) -> bool {
        self.0.get() & these != 0
    }

    #[inline(always)]
    pub(crate) fn set(&self, these: u16) {
        self.0.set(self.0.get() | these);
    }

    #[inline(always)]
    pub(crate) fn clear(&self, these: u16) {
        self.0.set(self.0.get() & !these);
    }

    /// Clears some and sets others; gives all as they were.
    #[inline(always)]
    pub(crate) fn change(&self, clear: u16, set: u16) -> u16 {
        let before = self.0.get();
        self.0.set(before & !clear | set);
        before
    }

    /// Sets or clears them.
    #[inline(always)]
    pub(crate) fn put(&self, these: u16, set: bool) {
        if set { self.set(these) } else { self.clear(these) }
    }

    /// Clears them; whether any was set.
    #[inline(always)]
    pub(crate) fn take(&self, these: u16) -> bool {
        if !self.has(these) {
            return false;
        }
        self.clear(these);
        true
    }
}
