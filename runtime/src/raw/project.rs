//! The future in a coroutine object.
#![expect(unsafe_code, reason = "the language does not lead from a pinned value to its field")]

use std::pin::Pin;

use crate::coroutines::Coroutine;

/// What a pinned coroutine polls.
#[inline(always)]
pub(crate) fn future<F>(coroutine: Pin<&mut Coroutine<F>>) -> Pin<&mut F> {
    // SAFETY: the field is pinned whenever the coroutine is: that has no `Drop` which could move
    // it, is `Unpin` only if its field is, and hands it out in no other way while it is borrowed.
    unsafe { coroutine.map_unchecked_mut(|coroutine| &mut coroutine.future) }
}
