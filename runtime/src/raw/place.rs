//! Building a value where it will lie.
#![expect(unsafe_code, reason = "the compiler does not see that an empty `Rc` was filled")]

use std::rc::Rc;

/// `Rc::new(make())`, with the memory asked for first.
///
/// After `Rc::new`'s own order a big value is written twice: it has to stand somewhere while the
/// allocator runs, which may fail. If `make` does nothing that may fail, this writes it once.
#[inline(always)]
pub(crate) fn rc<T>(make: impl FnOnce() -> T) -> Rc<T> {
    let mut place = Rc::new_uninit();
    match Rc::get_mut(&mut place) {
        Some(empty) => empty.write(make()),
        None => unreachable!("nobody else has it yet"),
    };
    // SAFETY: it was written just now.
    unsafe { place.assume_init() }
}
