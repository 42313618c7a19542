//! Python's exceptions: the [`Error`] object, the tree of classes, and what tracebacks print.
//!
//! A type and a function share each name, so that `ValueError("x")` builds an [`Error`] and
//! `error.is::<ValueError>()` matches it, and its subclasses, as `except ValueError` does.

mod args;
mod classes;
pub(crate) mod concurrent;
mod convert;
mod error;
mod format;
mod group;
mod os;
mod own;
mod panics;
#[cfg(test)]
mod tests;
mod traceback;

pub use classes::*;
pub use error::Error;
pub use group::{BaseExceptionGroup, ExceptionGroup};
pub use own::*;

pub(crate) use args::Args;
pub(crate) use format::repr_str;
pub(crate) use panics::{from_panic, panic_with};

/// A result whose failure is an exception, unless another type is named.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// `Ok` with the error type that coroutines usually have, for where nothing else tells it.
///
/// ```
/// # fn main() -> asyncio::Result<()> {
/// assert_eq!(asyncio::run(async { asyncio::Ok(42) })?, 42);
/// # Ok(())
/// # }
/// ```
#[allow(non_snake_case, reason = "it stands for the variant")]
pub fn Ok<T>(value: T) -> Result<T> {
    Result::Ok(value)
}
