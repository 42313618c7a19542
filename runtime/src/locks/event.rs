//! `Event`.

use std::cell::Cell;
use std::fmt;
use std::rc::Rc;

use super::line::{Line, object_repr};
use super::turn::{Awaited, Exit, Turn, turns};
use crate::mixins::LoopBound;

/// A flag that tasks wait for.
///
/// A cheap handle: clones are the same event. It belongs to the loop in which somebody first
/// waits for it. Mirrors `asyncio.Event`.
///
/// ```
/// # fn main() -> asyncio::Result<()> {
/// async fn main() -> asyncio::Result<()> {
///     let event = asyncio::Event::new();
///     let task = asyncio::create_task(event.wait());
///     event.set();
///     assert!(task.await?);
///     Ok(())
/// }
/// asyncio::run(main())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct Event(Rc<Inner>);

#[derive(Default)]
struct Inner {
    value: Cell<bool>,
    waiters: Line<bool>,
    bound: LoopBound,
}

impl Event {
    /// An event that is not set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether the event is set. Mirrors `Event.is_set`.
    pub fn is_set(&self) -> bool {
        self.0.value.get()
    }

    /// Sets the event and wakes all who wait. Mirrors `Event.set`.
    pub fn set(&self) {
        if !self.0.value.replace(true) {
            self.0.waiters.wake(usize::MAX, true);
        }
    }

    /// Unsets the event; who was woken stays so. Mirrors `Event.clear`.
    pub fn clear(&self) {
        self.0.value.set(false);
    }

    /// Waits until the event is set, and gives `true`.
    ///
    /// It does not look again: a `clear` that comes after the `set` keeps nobody. Mirrors
    /// `Event.wait`.
    ///
    /// # Errors
    /// RuntimeError if the event belongs to another loop.
    ///
    /// # Cancellation
    /// `CancelledError` is raised here.
    pub fn wait(&self) -> EventWait {
        EventWait(Turn::new(self.clone()))
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = if self.is_set() { "set" } else { "unset" };
        f.write_str(&object_repr("Event", &self.0, state, &self.0.waiters))
    }
}

impl Awaited for Event {
    fn line(&self) -> &Line<bool> {
        &self.0.waiters
    }

    fn bound(&self) -> &LoopBound {
        &self.0.bound
    }

    fn enter(&self) -> bool {
        self.is_set()
    }

    fn leave(&self, _exit: Exit) {}
}

turns! {
    /// An event that is being waited for: made by [`Event::wait`].
    EventWait(Event);
}
