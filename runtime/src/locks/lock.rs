//! `Lock`.

use std::cell::Cell;
use std::fmt;
use std::future::Future as StdFuture;
use std::rc::Rc;

use super::line::{Line, object_repr};
use super::managers::Left;
use super::turn::{Awaited, Exit, Turn, turns};
use crate::exceptions::{Result, RuntimeError};
use crate::mixins::LoopBound;

/// A lock that one task at a time holds.
///
/// It belongs to nobody: any task may release it. Waiting tasks get it in the order in which
/// they came. A cheap handle: clones are the same lock. It belongs to the loop in which somebody
/// first waits for it. Mirrors `asyncio.Lock`.
///
/// ```
/// # fn main() -> asyncio::Result<()> {
/// async fn main() -> asyncio::Result<()> {
///     let lock = asyncio::Lock::new();
///     lock.acquire().await?;
///     assert!(lock.locked());
///     lock.release()?;
///
///     let guard = lock.lock().await?;
///     assert!(lock.locked());
///     drop(guard);
///     assert!(!lock.locked());
///     Ok(())
/// }
/// asyncio::run(main())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct Lock(Rc<Inner>);

#[derive(Default)]
struct Inner {
    locked: Cell<bool>,
    waiters: Line<bool>,
    bound: LoopBound,
    left: Left,
}

impl Lock {
    /// A lock that nobody holds.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether somebody holds the lock. Mirrors `Lock.locked`.
    ///
    /// False also between a `release` and the moment at which the next in line runs.
    pub fn locked(&self) -> bool {
        self.0.locked.get()
    }

    /// Waits until the lock is free and those who came before had it, takes it, and gives
    /// `true`.
    ///
    /// A free lock that nobody waits for is taken without giving way to other tasks. Mirrors
    /// `Lock.acquire`.
    ///
    /// # Errors
    /// RuntimeError if the lock belongs to another loop.
    ///
    /// # Cancellation
    /// `CancelledError` is raised here, the lock is not taken, and the next in line is woken if
    /// that was our turn. The same when the future is dropped.
    pub fn acquire(&self) -> LockAcquire {
        LockAcquire(Turn::new(self.clone()))
    }

    /// Takes the lock as [`acquire`](Self::acquire) does; the guard releases it when it is
    /// dropped: Python's `async with`.
    ///
    /// # Errors
    /// As [`acquire`](Self::acquire).
    ///
    /// # Cancellation
    /// As [`acquire`](Self::acquire).
    pub fn lock(&self) -> impl StdFuture<Output = Result<LockGuard>> + use<> {
        let lock = self.clone();
        async move {
            lock.acquire().await?;
            Ok(LockGuard { lock })
        }
    }

    /// Frees the lock and wakes the first in line. Mirrors `Lock.release`.
    ///
    /// # Errors
    /// RuntimeError `Lock is not acquired.`
    pub fn release(&self) -> Result<()> {
        if !self.0.locked.replace(false) {
            return Err(RuntimeError("Lock is not acquired."));
        }
        self.wake_up_first();
        Ok(())
    }

    pub(super) fn left(&self) -> &Left {
        &self.0.left
    }

    /// Wakes the first in line, unless he is woken already.
    fn wake_up_first(&self) {
        self.0.waiters.wake_head(true);
    }
}

impl fmt::Debug for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = if self.locked() { "locked" } else { "unlocked" };
        f.write_str(&object_repr("Lock", &self.0, state, &self.0.waiters))
    }
}

impl Awaited for Lock {
    fn line(&self) -> &Line<bool> {
        &self.0.waiters
    }

    fn bound(&self) -> &LoopBound {
        &self.0.bound
    }

    fn enter(&self) -> bool {
        // Nobody is passed by; those who are cancelled already do not count.
        if self.locked() || self.0.waiters.is_waited_in() {
            return false;
        }
        self.0.locked.set(true);
        true
    }

    fn leave(&self, exit: Exit) {
        match exit {
            Exit::Woken => self.0.locked.set(true),
            // It may have been his turn, and nobody else would know.
            Exit::Cancelled { .. } if !self.locked() => self.wake_up_first(),
            Exit::Cancelled { .. } | Exit::Failed => {}
        }
    }
}

turns! {
    /// A lock that is being acquired: made by [`Lock::acquire`].
    LockAcquire(Lock);
}

/// A lock that is held, and released when this is dropped: made by [`Lock::lock`].
#[must_use = "the lock is released when its guard is dropped"]
pub struct LockGuard {
    lock: Lock,
}

impl Drop for LockGuard {
    fn drop(&mut self) {
        // An error says that somebody else released it.
        let _ = self.lock.release();
    }
}

impl fmt::Debug for LockGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LockGuard").field(&self.lock).finish()
    }
}
