//! `Semaphore` and `BoundedSemaphore`.

use std::cell::Cell;
use std::fmt;
use std::future::Future as StdFuture;
use std::rc::Rc;

use super::line::{Line, object_repr};
use super::managers::Left;
use super::turn::{Awaited, Exit, Turn, turns};
use crate::exceptions::{Result, ValueError};
use crate::mixins::LoopBound;

/// A counter that `acquire` takes one from, waiting while there is nothing, and `release` adds
/// one to.
///
/// A cheap handle: clones are the same semaphore. It belongs to the loop in which somebody first
/// waits for it. Mirrors `asyncio.Semaphore`.
///
/// ```
/// # fn main() -> asyncio::Result<()> {
/// async fn main() -> asyncio::Result<()> {
///     let semaphore = asyncio::Semaphore::new(2);
///     semaphore.acquire().await?;
///     let permit = semaphore.permit().await?;
///     assert!(semaphore.locked());
///     drop(permit);
///     semaphore.release();
///     assert!(!semaphore.locked());
///     Ok(())
/// }
/// asyncio::run(main())
/// # }
/// ```
#[derive(Clone)]
pub struct Semaphore(Rc<Inner>);

struct Inner {
    class_name: &'static str,
    value: Cell<usize>,
    waiters: Line<bool>,
    bound: LoopBound,
    left: Left,
}

impl Semaphore {
    /// A semaphore whose counter begins at `value`.
    pub fn new(value: usize) -> Self {
        Self::of_class("Semaphore", value)
    }

    fn of_class(class_name: &'static str, value: usize) -> Self {
        Self(Rc::new(Inner {
            class_name,
            value: Cell::new(value),
            waiters: Line::default(),
            bound: LoopBound::default(),
            left: Left::default(),
        }))
    }

    /// Whether whoever comes now has to wait: the counter is zero, or others wait already.
    ///
    /// Mirrors `Semaphore.locked`.
    pub fn locked(&self) -> bool {
        self.0.value.get() == 0 || self.0.waiters.is_waited_in()
    }

    /// Takes one from the counter, and gives `true`; waits while the counter is zero or others
    /// came before.
    ///
    /// Where nothing is to be waited for, it does not give way to other tasks. Mirrors
    /// `Semaphore.acquire`.
    ///
    /// # Errors
    /// RuntimeError if the semaphore belongs to another loop.
    ///
    /// # Cancellation
    /// `CancelledError` is raised here, and what was ours goes to the next in line. The same
    /// when the future is dropped.
    pub fn acquire(&self) -> SemaphoreAcquire {
        SemaphoreAcquire(Turn::new(self.clone()))
    }

    /// Takes one as [`acquire`](Self::acquire) does; the permit gives it back when it is
    /// dropped: Python's `async with`.
    ///
    /// # Errors
    /// As [`acquire`](Self::acquire).
    ///
    /// # Cancellation
    /// As [`acquire`](Self::acquire).
    pub fn permit(&self) -> impl StdFuture<Output = Result<SemaphorePermit>> + use<> {
        let semaphore = self.clone();
        async move {
            semaphore.acquire().await?;
            Ok(SemaphorePermit { semaphore, bound_value: usize::MAX })
        }
    }

    /// Adds one to the counter, or gives it to the first in line. Mirrors `Semaphore.release`.
    ///
    /// The counter may grow beyond what it began with.
    pub fn release(&self) {
        self.0.value.update(|value| value + 1);
        self.wake_up_next();
    }

    pub(super) fn left(&self) -> &Left {
        &self.0.left
    }

    /// Takes one on behalf of the first in line who was not woken; false if there is none.
    fn wake_up_next(&self) -> bool {
        // Taken before his waker runs, which may look.
        let value = self.0.value.get();
        self.0.value.set(value - 1);
        let is_woken = self.0.waiters.wake_first(true);
        if !is_woken {
            self.0.value.update(|value| value + 1);
        }
        is_woken
    }
}

impl Default for Semaphore {
    /// A semaphore whose counter begins at 1.
    fn default() -> Self {
        Self::new(1)
    }
}

impl fmt::Debug for Semaphore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.locked() {
            true => "locked".to_owned(),
            false => format!("unlocked, value:{}", self.0.value.get()),
        };
        f.write_str(&object_repr(self.0.class_name, &self.0, &state, &self.0.waiters))
    }
}

impl Awaited for Semaphore {
    fn line(&self) -> &Line<bool> {
        &self.0.waiters
    }

    fn bound(&self) -> &LoopBound {
        &self.0.bound
    }

    fn enter(&self) -> bool {
        if self.locked() {
            return false;
        }
        self.0.value.update(|value| value - 1);
        true
    }

    fn leave(&self, exit: Exit) {
        if let Exit::Cancelled { was_woken: true } = exit {
            self.0.value.update(|value| value + 1);
        }
        // There may be enough for some who had to wait behind us.
        while self.0.value.get() > 0 && self.wake_up_next() {}
    }
}

turns! {
    /// A semaphore that is being acquired: made by [`Semaphore::acquire`].
    SemaphoreAcquire(Semaphore);
}

/// A semaphore that cannot be released more often than it was acquired.
///
/// Mirrors `asyncio.BoundedSemaphore`.
///
/// ```
/// let semaphore = asyncio::BoundedSemaphore::new(1);
/// let error = semaphore.release().unwrap_err();
/// assert_eq!(error.to_string(), "BoundedSemaphore released too many times");
/// ```
#[derive(Clone)]
pub struct BoundedSemaphore {
    semaphore: Semaphore,
    bound_value: usize,
}

impl BoundedSemaphore {
    /// A semaphore whose counter begins at `value` and never exceeds it.
    pub fn new(value: usize) -> Self {
        Self { semaphore: Semaphore::of_class("BoundedSemaphore", value), bound_value: value }
    }

    pub(super) fn semaphore(&self) -> &Semaphore {
        &self.semaphore
    }

    /// [`Semaphore::locked`].
    pub fn locked(&self) -> bool {
        self.semaphore.locked()
    }

    /// [`Semaphore::acquire`].
    ///
    /// # Errors
    /// As there.
    ///
    /// # Cancellation
    /// As there.
    pub fn acquire(&self) -> SemaphoreAcquire {
        self.semaphore.acquire()
    }

    /// [`Semaphore::permit`].
    ///
    /// # Errors
    /// As there.
    ///
    /// # Cancellation
    /// As there.
    pub fn permit(&self) -> impl StdFuture<Output = Result<SemaphorePermit>> + use<> {
        let Self { semaphore, bound_value } = self.clone();
        async move {
            semaphore.acquire().await?;
            Ok(SemaphorePermit { semaphore, bound_value })
        }
    }

    /// Adds one to the counter, or gives it to the first in line. Mirrors
    /// `BoundedSemaphore.release`.
    ///
    /// # Errors
    /// ValueError if the counter is as high as at the beginning.
    pub fn release(&self) -> Result<()> {
        if self.semaphore.0.value.get() >= self.bound_value {
            return Err(ValueError("BoundedSemaphore released too many times"));
        }
        self.semaphore.release();
        Ok(())
    }
}

impl Default for BoundedSemaphore {
    /// A semaphore whose counter begins at 1 and never exceeds it.
    fn default() -> Self {
        Self::new(1)
    }
}

impl fmt::Debug for BoundedSemaphore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.semaphore.fmt(f)
    }
}

/// One that was taken from a semaphore, and is given back when this is dropped: made by
/// [`Semaphore::permit`].
#[must_use = "the semaphore is released when its permit is dropped"]
pub struct SemaphorePermit {
    semaphore: Semaphore,
    bound_value: usize,
}

impl Drop for SemaphorePermit {
    fn drop(&mut self) {
        // Somebody else released once too often if a bounded one is full.
        if self.semaphore.0.value.get() < self.bound_value {
            self.semaphore.release();
        }
    }
}

impl fmt::Debug for SemaphorePermit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SemaphorePermit").field(&self.semaphore).finish()
    }
}
