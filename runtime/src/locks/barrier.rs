//! `Barrier`.

use std::cell::Cell;
use std::fmt;
use std::future::Future as StdFuture;
use std::rc::Rc;

use super::condition::{Condition, ConditionGuard};
use crate::exceptions::{BrokenBarrierError, Result, ValueError, panic_with};

/// ```text
///            the last one has come         the last one has gone
///  Filling ──────────────────────▶ Draining ───────────────────▶ Filling
///     │ reset, while some wait                  the last one has gone
///     └──────────────────────▶ Resetting ──────────────────────▶ Filling
///  any ──abort──▶ Broken ──reset──▶ Resetting or Filling
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Filling,
    Draining,
    Resetting,
    Broken,
}

impl State {
    fn value(self) -> &'static str {
        match self {
            Self::Filling => "filling",
            Self::Draining => "draining",
            Self::Resetting => "resetting",
            Self::Broken => "broken",
        }
    }
}

/// Lets a number of tasks wait until all of them have come.
///
/// Then they all go on, and it can be used again. A cheap handle: clones are the same barrier.
/// Mirrors `asyncio.Barrier`.
///
/// ```
/// # fn main() -> asyncio::Result<()> {
/// async fn main() -> asyncio::Result<()> {
///     let barrier = asyncio::Barrier::new(2);
///     let indices = asyncio::gather((barrier.wait(), barrier.wait())).await?;
///     assert_eq!(indices, (0, 1));
///     Ok(())
/// }
/// asyncio::run(main())
/// # }
/// ```
#[derive(Clone)]
pub struct Barrier(Rc<Inner>);

struct Inner {
    /// Notified whenever the state changes.
    condition: Condition,
    parties: usize,
    state: Cell<State>,
    /// How many are inside.
    count: Cell<usize>,
}

impl Barrier {
    /// A barrier for `parties` tasks.
    ///
    /// # Panics
    /// ValueError `parties must be >= 1`.
    #[track_caller]
    pub fn new(parties: usize) -> Self {
        if parties < 1 {
            panic_with(ValueError("parties must be >= 1"));
        }
        let (state, count) = (Cell::new(State::Filling), Cell::new(0));
        Self(Rc::new(Inner { condition: Condition::new(), parties, state, count }))
    }

    /// Waits until all have come; gives a number from 0 on, another one to each.
    ///
    /// Whoever comes while those before are still leaving waits for the next turn. Mirrors
    /// `Barrier.wait`.
    ///
    /// # Errors
    /// BrokenBarrierError if the barrier is broken, or is reset or aborted meanwhile.
    ///
    /// # Cancellation
    /// `CancelledError` is raised here; the others go on waiting, for one more. The same when
    /// the future is dropped.
    pub fn wait(&self) -> impl StdFuture<Output = Result<usize>> + use<> {
        let barrier = self.clone();
        async move {
            let inner = &*barrier.0;
            let guard = inner.condition.lock().await?;
            inner.block(&guard).await?;
            let _inside = Inside(inner);
            let index = inner.count.get();
            inner.count.set(index + 1);
            if index + 1 == inner.parties {
                inner.release(&guard)?;
            } else {
                inner.wait(&guard).await?;
            }
            Ok(index)
        }
    }

    /// Puts the barrier back to its beginning; those who wait get BrokenBarrierError.
    ///
    /// Mirrors `Barrier.reset`.
    ///
    /// # Errors
    /// RuntimeError if the barrier belongs to another loop.
    ///
    /// # Cancellation
    /// `CancelledError` is raised here, and nothing is changed.
    pub fn reset(&self) -> impl StdFuture<Output = Result<()>> + use<> {
        let barrier = self.clone();
        async move {
            let inner = &*barrier.0;
            let guard = inner.condition.lock().await?;
            let is_empty = inner.count.get() == 0;
            inner.state.set(if is_empty { State::Filling } else { State::Resetting });
            guard.notify_all()
        }
    }

    /// Breaks the barrier: those who wait, and all who come, get BrokenBarrierError until it is
    /// reset.
    ///
    /// Mirrors `Barrier.abort`.
    ///
    /// # Errors
    /// RuntimeError if the barrier belongs to another loop.
    ///
    /// # Cancellation
    /// `CancelledError` is raised here, and nothing is changed.
    pub fn abort(&self) -> impl StdFuture<Output = Result<()>> + use<> {
        let barrier = self.clone();
        async move {
            let inner = &*barrier.0;
            let guard = inner.condition.lock().await?;
            inner.state.set(State::Broken);
            guard.notify_all()
        }
    }

    /// How many have to come. Mirrors `Barrier.parties`.
    pub fn parties(&self) -> usize {
        self.0.parties
    }

    /// How many wait for others to come. Mirrors `Barrier.n_waiting`.
    pub fn n_waiting(&self) -> usize {
        if self.0.state.get() == State::Filling { self.0.count.get() } else { 0 }
    }

    /// Whether the barrier was aborted. Mirrors `Barrier.broken`.
    pub fn broken(&self) -> bool {
        self.0.state.get() == State::Broken
    }
}

impl Inner {
    /// Waits until those before have left.
    async fn block(&self, guard: &ConditionGuard) -> Result<()> {
        let is_open = || !matches!(self.state.get(), State::Draining | State::Resetting);
        guard.wait_for(is_open).await?;
        match self.state.get() {
            State::Broken => Err(BrokenBarrierError("Barrier aborted")),
            _ => Ok(()),
        }
    }

    /// Lets those who are inside leave.
    fn release(&self, guard: &ConditionGuard) -> Result<()> {
        self.state.set(State::Draining);
        guard.notify_all()
    }

    /// Waits for the others.
    async fn wait(&self, guard: &ConditionGuard) -> Result<()> {
        guard.wait_for(|| self.state.get() != State::Filling).await?;
        match self.state.get() {
            State::Broken | State::Resetting => {
                Err(BrokenBarrierError("Abort or reset of barrier"))
            }
            _ => Ok(()),
        }
    }
}

/// Somebody who is inside, and leaves when this is dropped.
struct Inside<'a>(&'a Inner);

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        let inner = self.0;
        inner.count.update(|count| count - 1);
        if inner.count.get() > 0 {
            return;
        }
        if matches!(inner.state.get(), State::Resetting | State::Draining) {
            inner.state.set(State::Filling);
        }
        // Without the lock if we are dropped half-way; who is woken waits for it.
        inner.condition.notify_all_unchecked();
    }
}

impl fmt::Debug for Barrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.0.state.get();
        write!(f, "<asyncio.locks.Barrier object at {:p} [{}", Rc::as_ptr(&self.0), state.value())?;
        if !self.broken() {
            write!(f, ", waiters:{}/{}", self.n_waiting(), self.parties())?;
        }
        f.write_str("]>")
    }
}
