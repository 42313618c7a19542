//! What the tests of several files write with.

use std::cell::RefCell;
use std::rc::Rc;

/// What tasks write down, in the order in which they do.
#[derive(Clone)]
pub(crate) struct Log<T>(Rc<RefCell<Vec<T>>>);

impl<T: Clone> Log<T> {
    pub(crate) fn new() -> Self {
        Self(Rc::default())
    }

    pub(crate) fn push(&self, entry: T) {
        self.0.borrow_mut().push(entry);
    }

    pub(crate) fn entries(&self) -> Vec<T> {
        self.0.borrow().clone()
    }
}
