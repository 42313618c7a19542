//! The exceptions that carry more than a message.

use std::{
    any::Any,
    error::Error as StdError,
    fmt,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use super::{args::Args, classes::Bare, error::Error, format::repr_str};

/// The one `CancelledError` without a message; see [`CancelledError()`](fn@CancelledError).
static CANCELLED: LazyLock<Error> = LazyLock::new(|| Error::new(CancelledError::bare()));

/// The task or future was cancelled. Not an [`Exception`](struct@super::Exception).
///
/// ```
/// use asyncio::{CancelledError, Exception};
///
/// let error = CancelledError();
/// assert!(error.is::<CancelledError>() && !error.is::<Exception>());
/// assert_eq!(format!("{error:?}"), "CancelledError()");
/// ```
#[derive(Clone)]
pub struct CancelledError {
    mark: Mark,
}

/// The source of every `CancelledError`, by which one is found behind a wrapper that hides the
/// error itself and shows its source, as `#[error(transparent)]` does. It is never printed.
#[derive(Clone)]
pub(super) struct Mark(Args);

impl Mark {
    /// The cancellation whose mark this is.
    pub(super) fn cancellation(&self) -> CancelledError {
        CancelledError { mark: self.clone() }
    }
}

/// The source of an error, unless that is a mark.
pub(super) fn source_of<'a>(
    error: &'a (dyn StdError + 'static),
) -> Option<&'a (dyn StdError + 'static)> {
    error.source().filter(|source| !source.is::<Mark>())
}

/// The cancellation without a message. All of them are one shared value: making one
/// allocates nothing.
#[allow(non_snake_case, reason = "the name is the class's, as in Python")]
pub fn CancelledError() -> Error {
    CANCELLED.clone()
}

impl CancelledError {
    /// A cancellation that says why.
    pub fn with(message: impl Into<String>) -> Error {
        Error::new(CancelledError { mark: Mark(Args::Text(message.into())) })
    }

    /// What `cancel_with` was given, or an empty text.
    pub fn message(&self) -> &str {
        self.mark.0.message()
    }
}

impl Bare for CancelledError {
    fn bare() -> Self {
        CancelledError { mark: Mark(Args::Empty) }
    }
}

/// Whether `error` is the shared cancellation, which must never be changed.
pub(super) fn is_shared(error: &Error) -> bool {
    error.is_same(&CANCELLED)
}

impl fmt::Display for CancelledError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.mark.0.write_str(f)
    }
}

impl fmt::Debug for CancelledError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.mark.0.write_repr("CancelledError", f)
    }
}

impl StdError for CancelledError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.mark)
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write_str(f)
    }
}

impl fmt::Debug for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write_repr("CancelledError", f)
    }
}

impl StdError for Mark {}

/// The program asked to end. Not an [`Exception`](struct@super::Exception).
#[derive(Clone)]
#[non_exhaustive]
pub struct SystemExit {
    /// The process's exit code.
    pub code: i32,
}

/// Python's `SystemExit(code)`.
#[allow(non_snake_case, reason = "the name is the class's, as in Python")]
pub fn SystemExit(code: i32) -> Error {
    Error::new(SystemExit { code })
}

impl fmt::Display for SystemExit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.code.fmt(f)
    }
}

impl fmt::Debug for SystemExit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SystemExit({})", self.code)
    }
}

impl StdError for SystemExit {}

/// The stream ended before the read was complete.
#[derive(Clone)]
#[non_exhaustive]
pub struct IncompleteReadError {
    /// The bytes read before the end.
    pub partial: Vec<u8>,
    /// How many bytes were wanted; `None` if that is unknown.
    pub expected: Option<usize>,
}

/// Python's `IncompleteReadError(partial, expected)`.
#[allow(non_snake_case, reason = "the name is the class's, as in Python")]
pub fn IncompleteReadError(
    partial: impl Into<Vec<u8>>,
    expected: impl Into<Option<usize>>,
) -> Error {
    Error::new(IncompleteReadError { partial: partial.into(), expected: expected.into() })
}

impl fmt::Display for IncompleteReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes read on a total of ", self.partial.len())?;
        match self.expected {
            Some(expected) => write!(f, "{expected} expected bytes"),
            None => f.write_str("undefined expected bytes"),
        }
    }
}

impl fmt::Debug for IncompleteReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IncompleteReadError('{self}')")
    }
}

impl StdError for IncompleteReadError {}

/// The separator was not found within the stream's limit.
#[derive(Clone)]
#[non_exhaustive]
pub struct LimitOverrunError {
    message: String,
    /// How many bytes in the buffer belong to the line that is too long.
    pub consumed: usize,
}

/// Python's `LimitOverrunError(message, consumed)`.
#[allow(non_snake_case, reason = "the name is the class's, as in Python")]
pub fn LimitOverrunError(message: impl Into<String>, consumed: usize) -> Error {
    Error::new(LimitOverrunError { message: message.into(), consumed })
}

impl LimitOverrunError {
    /// What was wrong.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for LimitOverrunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for LimitOverrunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LimitOverrunError({})", repr_str(&self.message))
    }
}

impl StdError for LimitOverrunError {}

/// What a panic in a task or callback becomes; it has no Python twin.
///
/// ```
/// use asyncio::PanicError;
///
/// let payload = std::panic::catch_unwind(|| panic!("boom")).unwrap_err();
/// let error = PanicError(payload);
/// assert_eq!(format!("{error:?}"), "PanicError('boom')");
/// let panic = error.downcast_ref::<PanicError>().unwrap();
/// assert!(panic.take_payload().unwrap().is::<&str>());
/// ```
#[derive(Clone)]
pub struct PanicError {
    text: String,
    payload: Arc<Mutex<Option<Box<dyn Any + Send>>>>,
}

/// The exception for a panic with this payload, as [`std::panic::catch_unwind`] gives it.
#[allow(non_snake_case, reason = "the name is the class's, as for every exception")]
pub fn PanicError(payload: Box<dyn Any + Send>) -> Error {
    let text = match payload.downcast_ref::<&'static str>() {
        Some(text) => (*text).to_owned(),
        None => match payload.downcast_ref::<String>() {
            Some(text) => text.clone(),
            None => "Box<dyn Any>".to_owned(),
        },
    };
    Error::new(PanicError { text, payload: Arc::new(Mutex::new(Some(payload))) })
}

impl PanicError {
    /// The panic's text, or `Box<dyn Any>` if its payload was none.
    pub fn message(&self) -> &str {
        &self.text
    }

    /// The payload, for [`std::panic::resume_unwind`]; `None` if it was taken before.
    pub fn take_payload(&self) -> Option<Box<dyn Any + Send>> {
        self.payload.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl fmt::Display for PanicError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for PanicError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PanicError({})", repr_str(&self.text))
    }
}

impl StdError for PanicError {}
