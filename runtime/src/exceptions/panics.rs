//! Panics of ours that are exceptions, and panics of others that become one.

use std::{any::Any, cell::Cell, panic};

use super::{error::Error, own::PanicError};

/// More room than a text needs, and a number that no allocation strategy arrives at: an
/// address can be used again, an address with this much room by chance cannot.
const SPARE_BYTES: usize = 61;

thread_local! {
    /// The last panic of ours on this thread: where its text lies, and the exception it is.
    static RAISED: Cell<Option<(usize, Error)>> = const { Cell::new(None) };
}

/// Panics with the exception's text, which the panic hook prints; [`from_panic`] gives the
/// exception back.
#[track_caller]
pub(crate) fn panic_with(error: Error) -> ! {
    let message = error.to_string();
    let mut text = String::with_capacity(message.len() + SPARE_BYTES);
    text.push_str(&message);
    // While a thread ends nobody is left to ask for it.
    let _ = RAISED.try_with(|raised| raised.set(Some((text.as_ptr().addr(), error))));
    panic::panic_any(text)
}

/// The exception for what `catch_unwind` caught: ours if [`panic_with`] raised it, otherwise a
/// `PanicError` that keeps the payload.
pub(crate) fn from_panic(payload: Box<dyn Any + Send>) -> Error {
    match raised_with(&*payload) {
        Some(error) => error,
        None => PanicError(payload),
    }
}

/// Our exception, if `payload` is the very text it was raised with. The address alone could
/// belong to a later panic whose text took the freed memory, so text and room must agree too.
fn raised_with(payload: &(dyn Any + Send)) -> Option<Error> {
    let text = payload.downcast_ref::<String>()?;
    let (address, error) = RAISED.try_with(Cell::take).ok().flatten()?;
    if address != text.as_ptr().addr() {
        // Another panic; ours may still be on its way, held by whoever caught it.
        RAISED.set(Some((address, error)));
        return None;
    }
    let is_ours = text.capacity() == text.len() + SPARE_BYTES && *text == error.to_string();
    is_ours.then_some(error)
}
