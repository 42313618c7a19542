//! The exceptions of `concurrent.futures`: two of them share their names with asyncio's.

use std::{error::Error as StdError, fmt};

use super::{
    args::Args,
    classes::{Bare, define},
    error::Error,
    own,
};

define! {
    bare,
    /// The [`concurrent::Future`](crate::concurrent::Future) was cancelled.
    ///
    /// Another class than [`asyncio::CancelledError`](struct@crate::CancelledError), and an
    /// ordinary [`Exception`](struct@crate::Exception): it cancels no task.
    CancelledError
}

define! {
    message,
    /// The [`concurrent::Future`](crate::concurrent::Future) is not in a state that allows this.
    ///
    /// Another class than [`asyncio::InvalidStateError`](struct@crate::InvalidStateError).
    InvalidStateError
}

define! {
    message,
    /// The executor has failed for good. A [`RuntimeError`](struct@crate::RuntimeError).
    BrokenExecutor
}

define! {
    message,
    /// A thread of the pool could not be initialized. A
    /// [`BrokenExecutor`](struct@BrokenExecutor).
    BrokenThreadPool
}

/// The exception as asyncio's side sees it: Python's `_convert_future_exc`.
pub(crate) fn into_asyncio(error: Error) -> Error {
    if let Some(cancelled) = error.downcast_ref::<CancelledError>() {
        return match &cancelled.args {
            Args::Empty => own::CancelledError(),
            args => own::CancelledError::with(args.message()),
        };
    }
    match error.downcast_ref::<InvalidStateError>() {
        Some(invalid) => super::InvalidStateError(invalid.message()),
        None => error,
    }
}
