//! Into and out of [`Error`]: what `?` does, and the search for a cancellation.

use std::{
    any::Any,
    borrow::Cow,
    error::Error as StdError,
    fmt, io,
    sync::{Arc, OnceLock},
};

use super::{
    args::Args,
    classes::{self, Class, Exception, Foreign},
    error::{Error, Preceding},
    os,
    own::{self, CancelledError, Mark},
};

type Boxed = Box<dyn StdError + Send + Sync>;

impl<E: StdError + Send + Sync + 'static> From<E> for Error {
    /// Any error becomes an exception, as `?` wants it. One in whose sources a cancellation
    /// is found becomes that cancellation, with itself as the context.
    fn from(error: E) -> Error {
        match classes::row_of::<E>() {
            Some(class) => Error::of_class(class, Box::new(error)),
            None => adopt(Box::new(error), Foreign::<E>::CLASS),
        }
    }
}

impl Error {
    /// What [`From`] does, for an error that is in a box already.
    ///
    /// The box an `Error` was converted into gives back that very `Error`.
    ///
    /// ```
    /// use asyncio::{CancelledError, Error};
    /// use std::io;
    ///
    /// // A cancellation that a library wrapped on its way is still one.
    /// let wrapped = io::Error::other(CancelledError::with("shutting down"));
    /// let error = Error::from_boxed(wrapped.into());
    /// assert!(error.is::<CancelledError>());
    /// assert!(error.context().unwrap().is::<io::Error>());
    /// ```
    pub fn from_boxed(error: Box<dyn StdError + Send + Sync>) -> Error {
        match classes::row_of_value(&*error) {
            Some(class) => Error::of_class(class, error),
            None => adopt(error, &classes::BOXED),
        }
    }

    /// The exception of whatever a coroutine failed with; a text becomes an `Exception`.
    pub(crate) fn from_failure<E>(failure: E) -> Error
    where
        E: Into<Boxed> + 'static,
    {
        let mut failure = Some(failure);
        if let Some(error) = take_as::<Error>(&mut failure) {
            return error;
        }
        if let Some(text) = take_text(&mut failure) {
            return Error::new(Exception::from(Args::Text(text)));
        }
        #[cfg(feature = "anyhow")]
        if let Some(error) = take_as::<anyhow::Error>(&mut failure) {
            return from_anyhow(error);
        }
        if let Some(error) = take_as::<Boxed>(&mut failure) {
            return Error::from_boxed(error);
        }
        let Some(failure) = failure else { unreachable!("only a match takes the failure") };
        let error = failure.into();
        match classes::row_of_value(&*error) {
            Some(class) => Error::of_class(class, error),
            None => adopt(error, Foreign::<E>::CLASS),
        }
    }
}

/// Takes the failure if its type is `T`: no box, no copy.
fn take_as<T: 'static>(failure: &mut dyn Any) -> Option<T> {
    failure.downcast_mut::<Option<T>>().and_then(Option::take)
}

fn take_text(failure: &mut dyn Any) -> Option<String> {
    take_as::<String>(failure)
        .or_else(|| take_as::<&'static str>(failure).map(str::to_owned))
        .or_else(|| take_as::<Cow<'static, str>>(failure).map(Cow::into_owned))
}

/// Makes an exception of an error that is no row of the table.
fn adopt(error: Boxed, class: &'static Class) -> Error {
    let error = match error.downcast::<Wrapped>() {
        Ok(wrapped) => return wrapped.error,
        Err(error) => error,
    };
    let class = error.downcast_ref::<io::Error>().map_or(class, os::class_of);
    let cancellation = cancellation_in(&*error);
    let error = Error::of_class(class, error);
    match cancellation {
        // A new object: the found one is inside `error`, and its context would be a circle.
        Some(cancellation) => Error::new(cancellation).with_context(error),
        None => error,
    }
}

/// The `CancelledError` that `error` wraps, however deep.
fn cancellation_in(error: &(dyn StdError + 'static)) -> Option<CancelledError> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(cancelled) = peel::<CancelledError>(error) {
            return Some(cancelled.clone());
        }
        if let Some(mark) = error.downcast_ref::<Mark>() {
            return Some(mark.cancellation());
        }
        if let Some(wrapped) = error.downcast_ref::<Wrapped>() {
            return wrapped.error.downcast_ref::<CancelledError>().cloned();
        }
        if error.is::<Link>() {
            // From here on it is history: what was raised before the error itself.
            return None;
        }
        // The source of an `io::Error` is that of its content, which it skips.
        next = match peel::<io::Error>(error).and_then(io::Error::get_ref) {
            Some(content) => Some(content),
            None => error.source(),
        };
    }
    None
}

/// The `T` that `error` is, be it in a box or shared; these show the sources of their content
/// as their own, and so hide the content.
fn peel<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    error
        .downcast_ref::<T>()
        .or_else(|| error.downcast_ref::<Box<T>>().map(|boxed| &**boxed))
        .or_else(|| error.downcast_ref::<Arc<T>>().map(|shared| &**shared))
}

/// The exception that `error` stands for as a standard error, if it does.
pub(super) fn unwrapped<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a Error> {
    error.downcast_ref::<Wrapped>().map(|wrapped| &wrapped.error)
}

impl From<Error> for Box<dyn StdError + Send + Sync> {
    /// The way back for `?`: `source()` walks the cause, then the context.
    fn from(error: Error) -> Self {
        Box::new(Wrapped::new(error))
    }
}

impl From<Error> for Box<dyn StdError> {
    /// The way back for `?`: `source()` walks the cause, then the context.
    fn from(error: Error) -> Self {
        Box::new(Wrapped::new(error))
    }
}

#[cfg(feature = "anyhow")]
impl From<Error> for anyhow::Error {
    /// The way back for `?`: its chain is the cause, then the context.
    fn from(error: Error) -> Self {
        anyhow::Error::new(Wrapped::new(error))
    }
}

/// An exception that travelled as an `anyhow::Error` is itself again, unless text was added.
#[cfg(feature = "anyhow")]
fn from_anyhow(error: anyhow::Error) -> Error {
    // `anyhow`'s own downcast would take it out of added text too, and lose the text.
    let dynamic: &(dyn StdError + 'static) = &*error;
    match dynamic.downcast_ref::<Wrapped>() {
        Some(wrapped) => wrapped.error.clone(),
        None => adopt(error.into(), Foreign::<anyhow::Error>::CLASS),
    }
}

/// An [`Error`] as a standard error, which it cannot be itself: `?` could not convert it.
struct Wrapped {
    error: Error,
    next: OnceLock<Option<Box<Link>>>,
}

/// A cause or context in the sources of a [`Wrapped`]: its past, never the error itself.
struct Link(Wrapped);

impl Wrapped {
    fn new(error: Error) -> Wrapped {
        Wrapped { error, next: OnceLock::new() }
    }

    /// What came before: a cause that was given, a Rust error's own source, or the context.
    fn past(&self) -> Option<&(dyn StdError + 'static)> {
        if self.error.cause().is_some() {
            return self.link();
        }
        own::source_of(&*self.error).or_else(|| self.link())
    }

    /// The cause or context, as found when first asked.
    fn link(&self) -> Option<&(dyn StdError + 'static)> {
        let next = self.next.get_or_init(|| match self.error.preceding() {
            Preceding::Cause(error) | Preceding::Context(error) => {
                Some(Box::new(Link(Wrapped::new(error))))
            }
            Preceding::Nothing => None,
        });
        next.as_deref().map(|link| link as &(dyn StdError + 'static))
    }
}

impl StdError for Wrapped {
    /// A cancellation shows its concrete type, so that it is found even if a wrapper hides
    /// this one.
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        if self.error.is_cancelled() {
            return Some(&*self.error);
        }
        self.past()
    }
}

impl StdError for Link {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.past()
    }
}

impl fmt::Display for Wrapped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.error, f)
    }
}

impl fmt::Debug for Wrapped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.error, f)
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}
