//! What an exception was built from: its `args`, and the texts Python makes of them.

use std::fmt;

use super::format::repr_str;

/// The arguments of a built-in exception.
#[derive(Clone, Default)]
pub(crate) enum Args {
    /// None at all: `TimeoutError()`.
    #[default]
    Empty,
    /// One string: `ValueError('x')`.
    Text(String),
    /// One object that is no string, by its repr: `LookupError(<ContextVar …>)`.
    Object(String),
    /// An error number and its text: `OSError(28, 'No space left on device')`.
    Os(i32, String),
}

impl Args {
    /// The text without any number in front of it.
    pub(super) fn message(&self) -> &str {
        match self {
            Args::Empty => "",
            Args::Text(text) | Args::Object(text) | Args::Os(_, text) => text,
        }
    }

    /// The error number, if there is one.
    pub(super) fn errno(&self) -> Option<i32> {
        match self {
            Args::Os(errno, _) => Some(*errno),
            _ => None,
        }
    }

    /// Python's `str(exception)`.
    pub(super) fn write_str(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Args::Os(errno, text) => write!(f, "[Errno {errno}] {text}"),
            _ => f.write_str(self.message()),
        }
    }

    /// Python's `str(KeyError(key))`: the repr of the key, so that an empty one shows.
    pub(super) fn write_key(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Args::Text(key) => f.write_str(&repr_str(key)),
            _ => self.write_str(f),
        }
    }

    /// Python's `repr(exception)`.
    pub(super) fn write_repr(&self, class: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Args::Empty => write!(f, "{class}()"),
            Args::Text(text) => write!(f, "{class}({})", repr_str(text)),
            Args::Object(repr) => write!(f, "{class}({repr})"),
            Args::Os(errno, text) => write!(f, "{class}({errno}, {})", repr_str(text)),
        }
    }
}
