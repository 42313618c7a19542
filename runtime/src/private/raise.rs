//! What `raise!` calls.

use std::error::Error as StdError;

use super::{Impossible, No, Yes};
use crate::{Error, Result};

/// What can be raised; as in `IsAwaitable`, with one "no".
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an exception",
    label = "expected an error, such as `ValueError(\"…\")`",
    note = "any type that implements `std::error::Error + Send + Sync` can be raised"
)]
pub trait IsException<Answer> {
    /// The exception.
    fn into_exception(self) -> Error;
}

/// The answer for a reference to an exception.
#[derive(Debug)]
pub struct Shared;

/// The answer for a box of any error.
#[derive(Debug)]
pub struct Boxed;

impl<E: Into<Error>> IsException<Yes> for E {
    fn into_exception(self) -> Error {
        self.into()
    }
}

impl<E: Impossible> IsException<No> for E {
    fn into_exception(self) -> Error {
        unreachable!("nothing is impossible")
    }
}

/// One exception reaches many: it is raised as often as one likes.
#[diagnostic::do_not_recommend]
impl IsException<Shared> for &Error {
    fn into_exception(self) -> Error {
        self.clone()
    }
}

#[diagnostic::do_not_recommend]
impl IsException<Boxed> for Box<dyn StdError + Send + Sync> {
    fn into_exception(self) -> Error {
        Error::from_boxed(self)
    }
}

/// What is to be raised.
pub fn exception<E: IsException<Answer>, Answer>(exception: E) -> Error {
    exception.into_exception()
}

/// What can be the cause of an exception: another one.
#[diagnostic::on_unimplemented(
    message = "the cause of an exception is another one or `None`, not `{Self}`",
    label = "not an exception",
    note = "any type that implements `std::error::Error + Send + Sync` can be the cause"
)]
pub trait IsCause<Answer> {
    /// The exception.
    fn into_cause(self) -> Error;
}

#[diagnostic::do_not_recommend]
impl<E: IsException<Answer>, Answer> IsCause<Answer> for E {
    fn into_cause(self) -> Error {
        self.into_exception()
    }
}

/// What comes behind `from`.
pub fn cause<E: IsCause<Answer>, Answer>(cause: E) -> Error {
    cause.into_cause()
}

/// What a function may return that raises: any `Result` that can hold an exception.
#[diagnostic::on_unimplemented(
    message = "an exception cannot be raised where `{Self}` is returned",
    label = "this would be the `Err` of a `Result`",
    note = "write `-> asyncio::Result<…>` as the type of the function, closure or `async` block",
    note = "the error of another `Result` has to implement `From<asyncio::Error>`"
)]
pub trait Raises {
    /// The exception as an `Err`.
    fn err(exception: Error) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T, E: From<Error>> Raises for Result<T, E> {
    fn err(exception: Error) -> Self {
        Err(exception.into())
    }
}

/// The exception as an `Err` of what the function returns.
#[cold]
pub fn err<R: Raises>(exception: Error) -> R {
    R::err(exception)
}
