//! Moving a value once, from where it was made to where it will lie.
#![expect(unsafe_code, reason = "a value that its owner forgets while another may take it")]

use std::mem::ManuallyDrop;

/// A value that somebody else's stack holds until it is taken.
///
/// Each function that a big value is passed through by value may copy it; this is passed in a
/// register.
pub(crate) struct Moving<'a, T>(&'a mut ManuallyDrop<T>);

/// Runs `f`, which may take `value`.
#[inline(always)]
pub(crate) fn pass<T, R>(value: T, f: impl FnOnce(Moving<'_, T>) -> R) -> R {
    f(Moving(&mut ManuallyDrop::new(value)))
}

impl<T> Moving<'_, T> {
    /// Moves the value to its place.
    #[inline(always)]
    pub(crate) fn take(self) -> T {
        let mut this = ManuallyDrop::new(self);
        // SAFETY: `self` is gone and is not dropped, and `pass` does not touch the value again.
        unsafe { ManuallyDrop::take(this.0) }
    }
}

impl<T> Drop for Moving<'_, T> {
    fn drop(&mut self) {
        // SAFETY: nobody has taken the value, for `take` forgets `self`; nor will anybody.
        unsafe { ManuallyDrop::drop(self.0) }
    }
}
