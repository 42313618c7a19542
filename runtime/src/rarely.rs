//! Cells that are empty, as a rule, when they go.

use std::cell::Cell;
use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};

/// A cell that is empty, as a rule, when it is dropped: then its destructor is one look.
///
/// The compiler's own is a function that it calls before it looks, if there is much to drop.
pub(crate) struct Rarely<T>(ManuallyDrop<Cell<Option<T>>>);

impl<T> Rarely<T> {
    #[inline(always)]
    pub(crate) const fn new(content: Option<T>) -> Self {
        Self(ManuallyDrop::new(Cell::new(content)))
    }
}

impl<T> Deref for Rarely<T> {
    type Target = Cell<Option<T>>;

    #[inline(always)]
    fn deref(&self) -> &Cell<Option<T>> {
        &self.0
    }
}

impl<T> DerefMut for Rarely<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut Cell<Option<T>> {
        &mut self.0
    }
}

impl<T> Drop for Rarely<T> {
    #[inline(always)]
    fn drop(&mut self) {
        if self.0.get_mut().is_some() {
            clear(self.0.get_mut());
        }
    }
}

/// Drops what is seldom there to be dropped.
#[cold]
#[inline(never)]
pub(crate) fn clear<T: Default>(content: &mut T) {
    *content = T::default();
}
