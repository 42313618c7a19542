//! Dropping at once what has nothing to drop.
#![expect(unsafe_code, reason = "the compiler would look at every field")]

use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};

/// What mostly holds nothing at its end, though it might.
pub(crate) trait Bare {
    /// Whether dropping it is `drop_bare` and nothing else.
    fn is_bare(&self) -> bool;
    fn drop_bare(&mut self);
}

/// Such a value; its fields are dropped one by one only if there is anything in them.
pub(crate) struct MostlyBare<T: Bare>(ManuallyDrop<T>);

impl<T: Bare> MostlyBare<T> {
    #[inline(always)]
    pub(crate) fn new(value: T) -> Self {
        Self(ManuallyDrop::new(value))
    }
}

impl<T: Bare> Drop for MostlyBare<T> {
    #[inline(always)]
    fn drop(&mut self) {
        if self.0.is_bare() {
            self.0.drop_bare();
        } else {
            // SAFETY: this is the destructor, after which nobody has the value.
            unsafe { drop_whole(&mut self.0) }
        }
    }
}

/// # Safety
/// As for `ManuallyDrop::drop`.
#[cold]
unsafe fn drop_whole<T>(value: &mut ManuallyDrop<T>) {
    // SAFETY: handed on to our caller.
    unsafe { ManuallyDrop::drop(value) }
}

impl<T: Bare> Deref for MostlyBare<T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Bare> DerefMut for MostlyBare<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}
