//! What the arms of `try_except!` call: which errors they catch, and as what.

use std::error::Error as StdError;
use std::fmt;
use std::marker::PhantomData;

use crate::exceptions::BaseExceptionGroup;
use crate::{Error, Result};

/// A type that errors can be caught by.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no type of errors",
    label = "errors cannot be caught by this",
    note = "an arm names a class of Python, such as `ValueError`, or any type that implements \
            `std::error::Error`"
)]
pub trait IsClass: 'static {
    /// Whether an error is of this class.
    fn caught(error: &Error) -> bool;
}

#[diagnostic::do_not_recommend]
impl<E: StdError + 'static> IsClass for E {
    fn caught(error: &Error) -> bool {
        error.is::<E>()
    }
}

/// Whether an arm with this class catches an error.
pub fn is<E: IsClass>(error: &Error) -> bool {
    E::caught(error)
}

/// The class of an arm.
pub struct Caught<E>(PhantomData<E>);

impl<E> fmt::Debug for Caught<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Caught")
    }
}

/// The class of an arm.
pub fn caught<E: IsClass>() -> Caught<E> {
    Caught(PhantomData)
}

/// Catches by a class without derived ones: as the type itself.
pub trait CatchExact<E> {
    /// The error, if it is caught.
    fn catch(self, error: &Error) -> Option<&E>;
}

impl<E: StdError + 'static> CatchExact<E> for Caught<E> {
    fn catch(self, error: &Error) -> Option<&E> {
        error.downcast_ref::<E>()
    }
}

/// For what is no class, so that one mistake is enough.
pub trait CatchAny<E> {
    /// The error, if it is caught.
    fn catch(self, error: &Error) -> Option<&E>;
}

impl<E> CatchAny<E> for &Caught<E> {
    fn catch(self, _error: &Error) -> Option<&E> {
        None
    }
}

/// Writes how a class is caught whose errors may be of another type: of a derived class or, if it
/// is one of the system, `std::io::Error`; or who can do as an error what their type alone cannot,
/// as groups, which are taken apart with all that they are linked to.
macro_rules! bases {
    ($($base:ty),* $(,)?) => {$(
        impl Caught<$base> {
            /// The error, if it is caught.
            pub fn catch(self, error: &Error) -> Option<&Error> {
                error.is::<$base>().then_some(error)
            }
        }
    )*};
}

bases! {
    crate::BaseException, crate::Exception, crate::ArithmeticError, crate::EOFError,
    crate::LookupError, crate::RuntimeError, crate::concurrent::BrokenExecutor, crate::OSError,
    crate::BlockingIOError, crate::ChildProcessError, crate::ConnectionError,
    crate::BrokenPipeError, crate::ConnectionAbortedError, crate::ConnectionRefusedError,
    crate::ConnectionResetError, crate::FileExistsError, crate::FileNotFoundError,
    crate::InterruptedError, crate::IsADirectoryError, crate::NotADirectoryError,
    crate::PermissionError, crate::ProcessLookupError, crate::TimeoutError,
    crate::BaseExceptionGroup, crate::ExceptionGroup,
}

/// An error on its way through the `except*` arms.
#[derive(Debug)]
pub struct Starred {
    original: Error,
    rest: Option<Error>,
    raised: Vec<Error>,
    raised_again: Vec<Error>,
}

/// An error before the first `except*` arm.
pub fn starred(error: Error) -> Starred {
    Starred {
        rest: Some(error.clone()),
        original: error,
        raised: Vec::new(),
        raised_again: Vec::new(),
    }
}

impl Starred {
    fn is_group(&self) -> bool {
        self.original.downcast_ref::<BaseExceptionGroup>().is_some()
    }

    /// The part that an arm catches; a lone error is put into a group for it.
    pub fn take(&mut self, condition: impl FnMut(&Error) -> bool) -> Option<Error> {
        let (part, rest) = self.rest.as_ref()?.split_by(condition);
        // Also where nothing is caught: what is left has been made anew.
        self.rest = rest;
        let part = part?;
        if self.is_group() {
            return Some(part);
        }
        Some(Error::group_around(part))
    }

    /// Notes what an arm raised while it handled `part`: that part again, or another error, be it a
    /// member of the part.
    pub fn raised(&mut self, raised: Error, part: &Error) {
        let raised = super::handling(raised, part);
        let is_part = raised.is_same(part) && raised.has_links_of(&self.original);
        if self.is_group() && is_part {
            self.raised_again.push(raised);
        } else {
            self.raised.push(raised);
        }
    }

    /// What is raised behind the last arm: what no arm has caught and what they raised again, as
    /// one group, and what else they raised.
    ///
    /// # Errors
    /// That.
    pub fn finish(mut self) -> Result<()> {
        if !self.is_group() {
            return self.raised.pop().or(self.rest).map_or(Ok(()), Err);
        }
        self.raised_again.extend(self.rest.take());
        let mut kept = Vec::new();
        for part in &self.raised_again {
            leaves(part, &mut kept);
        }
        let is_kept = |error: &Error| kept.iter().any(|leaf| leaf.is_same(error));
        self.raised.extend(self.original.split_by(is_kept).0);
        match self.raised.len() {
            0 => Ok(()),
            1 => self.raised.pop().map_or(Ok(()), Err),
            _ => Err(Error::group_of("", self.raised)),
        }
    }
}

/// The errors in a group that are no groups.
fn leaves(error: &Error, found: &mut Vec<Error>) {
    if error.downcast_ref::<BaseExceptionGroup>().is_none() {
        return found.push(error.clone());
    }
    for member in error.exceptions() {
        leaves(member, found);
    }
}
