//! Counts what is alive, so that a test can say that nothing leaked.

use std::cell::Cell;
use std::rc::Rc;

/// How many of its guards are alive.
#[derive(Clone, Default)]
pub(crate) struct Alive(Rc<Cell<i32>>);

impl Alive {
    /// One more thing that is alive until the guard is dropped.
    pub(crate) fn guard(&self) -> Guard {
        self.0.update(|count| count + 1);
        Guard(self.clone())
    }

    pub(crate) fn count(&self) -> i32 {
        self.0.get()
    }
}

/// Alive.
pub(crate) struct Guard(Alive);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.0.update(|count| count - 1);
    }
}
