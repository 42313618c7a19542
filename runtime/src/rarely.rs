//! Cells that are empty, as a rule, when they go.

use std::cell::Cell;
use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};

/// A cell that is empty, as a rule, when it goes.
///
/// It has no destructor: what it is part of has one, which looks into all such cells at once and
/// takes out what is in them. The compiler's own would call a function for each before it looks.
#[derive(Default)]
pub(crate) struct Rarely<T>(ManuallyDrop<Cell<T>>);

impl<T> Rarely<T> {
    #[inline(always)]
    pub(crate) const fn new(content: T) -> Self {
        Self(ManuallyDrop::new(Cell::new(content)))
    }
}

impl<T> Deref for Rarely<T> {
    type Target = Cell<T>;

    #[inline(always)]
    fn deref(&self) -> &Cell<T> {
        &self.0
    }
}

impl<T> DerefMut for Rarely<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut Cell<T> {
        &mut self.0
    }
}
