//! CPython's `test_locks.py` in our words, under its class and test names; then what only Rust
//! can ask: guards, and futures that are dropped half-way.
#![forbid(unsafe_code)]
#![allow(non_snake_case, reason = "the modules are CPython's classes")]

mod barrier;
mod condition;
mod dropped;
mod lock_and_event;
mod semaphore;

use std::cell::RefCell;
use std::rc::Rc;

/// What tasks write down, in the order in which they do.
#[derive(Clone)]
struct Log<T>(Rc<RefCell<Vec<T>>>);

impl<T: Clone> Log<T> {
    fn new() -> Self {
        Self(Rc::default())
    }

    fn push(&self, entry: T) {
        self.0.borrow_mut().push(entry);
    }

    fn entries(&self) -> Vec<T> {
        self.0.borrow().clone()
    }
}

/// Whether the repr of a primitive shows this state.
fn shows(primitive: &impl std::fmt::Debug, state: &str) -> bool {
    let repr = format!("{primitive:?}");
    assert!(repr.starts_with("<asyncio.locks.") && repr.contains(" object at 0x"), "{repr}");
    repr.ends_with(&format!(" [{state}]>"))
}
