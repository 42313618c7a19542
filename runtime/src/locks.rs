//! Locks, events, conditions, semaphores and barriers; mirrors `locks.py`.
//!
//! Whoever has to wait joins a line of futures, one each. Waking somebody ends his future and
//! leaves him in the line until his task runs: nothing is handed over, he takes it then, and
//! what a newcomer may take in between depends on who still stands in the line. Whoever leaves
//! with an error, or is dropped half-way, passes on what he was woken for.

mod barrier;
mod condition;
mod event;
mod line;
mod lock;
mod managers;
mod semaphore;
mod turn;

pub use barrier::Barrier;
pub use condition::{Condition, ConditionGuard};
pub use event::{Event, EventWait};
pub(crate) use line::{Line, Waiter, already_awaited};
pub use lock::{Lock, LockAcquire, LockGuard};
pub use semaphore::{BoundedSemaphore, Semaphore, SemaphoreAcquire, SemaphorePermit};
