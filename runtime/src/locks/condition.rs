//! `Condition`.

use std::cell::Cell;
use std::fmt;
use std::future::{Future as StdFuture, poll_fn};
use std::rc::Rc;

use super::line::{Line, Waiter, object_repr};
use super::lock::{Lock, LockAcquire};
use crate::exceptions::{Error, Result, RuntimeError};
use crate::mixins::LoopBound;

/// Lets tasks wait until another one, under the same lock, notifies them.
///
/// A cheap handle: clones are the same condition. It belongs to the loop in which somebody first
/// waits for it. Mirrors `asyncio.Condition`.
///
/// ```
/// # fn main() -> asyncio::Result<()> {
/// use std::{cell::Cell, rc::Rc};
///
/// async fn main() -> asyncio::Result<()> {
///     let condition = asyncio::Condition::new();
///     let is_ready = Rc::new(Cell::new(false));
///     let (waiting, ready) = (condition.clone(), Rc::clone(&is_ready));
///     let task = asyncio::create_task(async move {
///         let guard = waiting.lock().await?;
///         guard.wait_for(|| ready.get()).await
///     });
///     asyncio::sleep(0).await?;
///
///     let guard = condition.lock().await?;
///     is_ready.set(true);
///     guard.notify_all()?;
///     drop(guard);
///     assert!(task.await?);
///     Ok(())
/// }
/// asyncio::run(main())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct Condition(Rc<Inner>);

#[derive(Default)]
struct Inner {
    lock: Lock,
    waiters: Line<bool>,
    bound: LoopBound,
}

impl Condition {
    /// A condition with a lock of its own.
    pub fn new() -> Self {
        Self::default()
    }

    /// A condition under `lock`, which it may share with others: Python's `Condition(lock)`.
    pub fn with_lock(lock: &Lock) -> Self {
        let lock = lock.clone();
        Self(Rc::new(Inner { lock, waiters: Line::default(), bound: LoopBound::default() }))
    }

    /// Acquires the lock: [`Lock::acquire`].
    ///
    /// # Errors
    /// As there.
    ///
    /// # Cancellation
    /// As there.
    pub fn acquire(&self) -> LockAcquire {
        self.0.lock.acquire()
    }

    /// Releases the lock: [`Lock::release`].
    ///
    /// # Errors
    /// As there.
    pub fn release(&self) -> Result<()> {
        self.0.lock.release()
    }

    /// Whether somebody holds the lock: [`Lock::locked`].
    pub fn locked(&self) -> bool {
        self.0.lock.locked()
    }

    /// Acquires the lock; the guard waits and notifies, and releases the lock when it is
    /// dropped: Python's `async with`.
    ///
    /// # Errors
    /// As [`acquire`](Self::acquire).
    ///
    /// # Cancellation
    /// As [`acquire`](Self::acquire).
    pub fn lock(&self) -> impl StdFuture<Output = Result<ConditionGuard>> + use<> {
        let condition = self.clone();
        async move {
            condition.acquire().await?;
            Ok(ConditionGuard { condition, held: Cell::new(true) })
        }
    }

    /// Releases the lock, waits for a notification, acquires the lock again and gives `true`.
    ///
    /// It may come back without one: look at what you wait for, and wait again. Mirrors
    /// `Condition.wait`.
    ///
    /// # Errors
    /// RuntimeError if nobody holds the lock, or if the condition belongs to another loop.
    ///
    /// # Cancellation
    /// The lock is acquired again, however often that is cancelled; then the last
    /// `CancelledError` is raised, and another one is notified instead. When the future is
    /// dropped half-way nothing can be waited for: the lock is not acquired again. A
    /// [`ConditionGuard`] knows that and does not release it.
    pub fn wait(&self) -> impl StdFuture<Output = Result<bool>> + use<> {
        let condition = self.clone();
        async move { condition.wait_locked(&Cell::new(true)).await }
    }

    /// [`wait`](Self::wait)s until `predicate` is true.
    ///
    /// Mirrors `Condition.wait_for`.
    ///
    /// # Errors
    /// As [`wait`](Self::wait).
    ///
    /// # Cancellation
    /// As [`wait`](Self::wait).
    pub fn wait_for<P>(&self, predicate: P) -> impl StdFuture<Output = Result<bool>> + use<P>
    where
        P: FnMut() -> bool,
    {
        let condition = self.clone();
        async move { condition.wait_for_locked(&Cell::new(true), predicate).await }
    }

    /// Wakes the first `n` who wait. Mirrors `Condition.notify`.
    ///
    /// They go on when they get the lock, so release it.
    ///
    /// # Errors
    /// RuntimeError if nobody holds the lock.
    pub fn notify(&self, n: usize) -> Result<()> {
        if !self.locked() {
            return Err(RuntimeError("cannot notify on un-acquired lock"));
        }
        self.notify_unchecked(n);
        Ok(())
    }

    /// Wakes all who wait. Mirrors `Condition.notify_all`.
    ///
    /// # Errors
    /// As [`notify`](Self::notify).
    pub fn notify_all(&self) -> Result<()> {
        self.notify(self.0.waiters.len())
    }

    pub(super) fn inner_lock(&self) -> &Lock {
        &self.0.lock
    }

    pub(super) fn notify_all_unchecked(&self) {
        self.notify_unchecked(self.0.waiters.len());
    }

    fn notify_unchecked(&self, n: usize) {
        self.0.waiters.wake(n, false);
    }

    /// [`wait`](Self::wait) of somebody who notes in `held` whether he holds the lock.
    pub(super) async fn wait_locked(&self, held: &Cell<bool>) -> Result<bool> {
        if !self.locked() {
            return Err(RuntimeError("cannot wait on un-acquired lock"));
        }
        self.0.bound.check(|| format!("{self:?}"))?;
        self.release()?;
        held.set(false);
        // Whatever goes wrong from here on may do so after we were notified: it is passed on.
        let notification = PassOn(Some(self));
        let outcome = self.wait_in_line().await;
        let outcome = match self.reacquire().await? {
            None => outcome,
            Some(error) => Err(error),
        };
        held.set(true);
        if outcome.is_ok() {
            notification.keep();
        }
        outcome
    }

    async fn wait_in_line(&self) -> Result<bool> {
        let place = Place { line: &self.0.waiters, waiter: self.0.waiters.join() };
        poll_fn(|cx| place.waiter.poll(cx)).await?;
        Ok(true)
    }

    /// Acquires the lock through any number of cancellations; gives the last of them.
    async fn reacquire(&self) -> Result<Option<Error>> {
        let mut last = None;
        loop {
            match self.acquire().await {
                Ok(_) => return Ok(last),
                Err(error) if error.is_cancelled() => last = Some(error),
                Err(error) => return Err(error),
            }
        }
    }

    pub(super) async fn wait_for_locked(
        &self,
        held: &Cell<bool>,
        mut predicate: impl FnMut() -> bool,
    ) -> Result<bool> {
        while !predicate() {
            self.wait_locked(held).await?;
        }
        Ok(true)
    }
}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = if self.locked() { "locked" } else { "unlocked" };
        f.write_str(&object_repr("Condition", &self.0, state, &self.0.waiters))
    }
}

/// A place in the line, given up in the end.
struct Place<'a> {
    line: &'a Line<bool>,
    waiter: Waiter<bool>,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.line.abandon(&self.waiter);
    }
}

/// Notifies another one in our place, unless it is kept.
struct PassOn<'a>(Option<&'a Condition>);

impl PassOn<'_> {
    fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for PassOn<'_> {
    fn drop(&mut self) {
        if let Some(condition) = self.0 {
            condition.notify_unchecked(1);
        }
    }
}

/// The lock of a condition that is held, and released when this is dropped: made by
/// [`Condition::lock`].
#[must_use = "the lock is released when its guard is dropped"]
pub struct ConditionGuard {
    condition: Condition,
    /// False while it waits, and after a wait that was dropped half-way.
    held: Cell<bool>,
}

impl ConditionGuard {
    /// [`Condition::wait`].
    ///
    /// # Errors
    /// As there; RuntimeError after a wait that was dropped half-way, and lost the lock.
    ///
    /// # Cancellation
    /// As there.
    pub async fn wait(&self) -> Result<bool> {
        self.check_held("wait")?;
        self.condition.wait_locked(&self.held).await
    }

    /// [`Condition::wait_for`].
    ///
    /// # Errors
    /// As [`wait`](Self::wait).
    ///
    /// # Cancellation
    /// As [`wait`](Self::wait).
    pub async fn wait_for(&self, predicate: impl FnMut() -> bool) -> Result<bool> {
        self.check_held("wait")?;
        self.condition.wait_for_locked(&self.held, predicate).await
    }

    /// [`Condition::notify`].
    ///
    /// # Errors
    /// As there; RuntimeError after a wait that was dropped half-way, and lost the lock.
    pub fn notify(&self, n: usize) -> Result<()> {
        self.check_held("notify")?;
        self.condition.notify(n)
    }

    /// [`Condition::notify_all`].
    ///
    /// # Errors
    /// As [`notify`](Self::notify).
    pub fn notify_all(&self) -> Result<()> {
        self.check_held("notify")?;
        self.condition.notify_all()
    }

    fn check_held(&self, what: &str) -> Result<()> {
        if self.held.get() {
            return Ok(());
        }
        Err(RuntimeError(format!("cannot {what} on un-acquired lock")))
    }
}

impl Drop for ConditionGuard {
    fn drop(&mut self) {
        if self.held.get() {
            // An error says that somebody else released it.
            let _ = self.condition.release();
        }
    }
}

impl fmt::Debug for ConditionGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ConditionGuard").field(&self.condition).finish()
    }
}
