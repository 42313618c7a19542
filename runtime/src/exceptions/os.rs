//! The system's errors: which class an `io::Error` is, and its number and text.

use std::io::{self, ErrorKind};

use super::{args::Args, classes::*, error::Error};

/// The text of `io::Error` ends with its number in this form; Python puts it in front.
const NUMBER_SUFFIX: &str = " (os error ";

impl OSError {
    /// Python's `OSError(errno, text)`: an error of the class that goes with the number.
    ///
    /// ```
    /// use asyncio::{ConnectionRefusedError, OSError};
    ///
    /// # if cfg!(target_os = "linux") {
    /// let error = OSError::with(111, "Connect call failed");
    /// assert!(error.is::<ConnectionRefusedError>());
    /// assert_eq!(error.to_string(), "[Errno 111] Connect call failed");
    /// # }
    /// ```
    pub fn with(errno: i32, text: impl Into<String>) -> Error {
        let class = class_of(&io::Error::from_raw_os_error(errno));
        let args = Args::Os(errno, text.into());
        match class.os {
            Some(os) => Error::of_class(class, (os.build)(args)),
            None => Error::new(OSError { args }),
        }
    }
}

/// The class Python would have raised for `error`.
pub(super) fn class_of(error: &io::Error) -> &'static Class {
    if let Some(class) = error.raw_os_error().and_then(class_of_errno) {
        return class;
    }
    match error.kind() {
        ErrorKind::WouldBlock => BlockingIOError::CLASS,
        ErrorKind::BrokenPipe => BrokenPipeError::CLASS,
        ErrorKind::ConnectionAborted => ConnectionAbortedError::CLASS,
        ErrorKind::ConnectionRefused => ConnectionRefusedError::CLASS,
        ErrorKind::ConnectionReset => ConnectionResetError::CLASS,
        ErrorKind::AlreadyExists => FileExistsError::CLASS,
        ErrorKind::NotFound => FileNotFoundError::CLASS,
        ErrorKind::Interrupted => InterruptedError::CLASS,
        ErrorKind::IsADirectory => IsADirectoryError::CLASS,
        ErrorKind::NotADirectory => NotADirectoryError::CLASS,
        ErrorKind::PermissionDenied => PermissionError::CLASS,
        ErrorKind::TimedOut => TimeoutError::CLASS,
        _ => OSError::CLASS,
    }
}

/// The numbers that have a class in Python but no stable `ErrorKind`.
fn class_of_errno(errno: i32) -> Option<&'static Class> {
    const ESRCH: i32 = 3;
    const ECHILD: i32 = 10;
    let linux = cfg!(any(target_os = "linux", target_os = "android"));
    let (shutdown, already, in_progress) = if linux { (108, 114, 115) } else { (58, 37, 36) };

    match errno {
        ESRCH => Some(ProcessLookupError::CLASS),
        ECHILD => Some(ChildProcessError::CLASS),
        _ if errno == shutdown => Some(BrokenPipeError::CLASS),
        _ if errno == already || errno == in_progress => Some(BlockingIOError::CLASS),
        _ => None,
    }
}

/// The number and text of an error of the system; `None` if it is a program's own.
pub(super) fn errno_and_text(error: &io::Error) -> Option<(i32, String)> {
    let errno = error.raw_os_error()?;
    let mut text = error.to_string();
    if let Some(end) = text.rfind(NUMBER_SUFFIX) {
        text.truncate(end);
    }
    Some((errno, text))
}
