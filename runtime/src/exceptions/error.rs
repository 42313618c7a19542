//! The exception object: an error value that many waiters can share.

use std::{
    collections::HashSet,
    error::Error as StdError,
    fmt,
    ops::Deref,
    panic::{RefUnwindSafe, UnwindSafe},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{
    classes::{self, Bare, BuiltIn, Class, KeyboardInterrupt},
    format, group,
    own::{self, CancelledError, SystemExit},
    traceback,
};

/// Python's exception object: any error value, with its cause and its context.
///
/// It is as small as a pointer, cheap to clone, and can cross threads. `Display` is Python's
/// `str`, `Debug` its `repr`; it dereferences to the concrete error.
///
/// Every standard error becomes one by `?`, and so does every error that can be boxed by
/// [`from_boxed`](Error::from_boxed). An error that wraps a cancellation becomes that
/// cancellation, with itself as the context.
///
/// ```
/// use asyncio::{Exception, LookupError, Result, ValueError};
///
/// fn port(text: &str) -> Result<u16> {
///     let port = text.parse()?;
///     if port == 0 {
///         return Err(ValueError("port 0 is no port"));
///     }
///     Ok(port)
/// }
///
/// let error = port("0").unwrap_err();
/// assert!(error.is::<ValueError>() && error.is::<Exception>() && !error.is::<LookupError>());
/// assert_eq!(error.to_string(), "port 0 is no port");
/// assert_eq!(format!("{error:?}"), "ValueError('port 0 is no port')");
///
/// assert!(port("http").unwrap_err().is::<std::num::ParseIntError>());
/// ```
#[derive(Clone)]
pub struct Error(Arc<Object>);

/// What all clones of an [`Error`] share.
struct Object {
    class: &'static Class,
    error: Box<dyn StdError + Send + Sync>,
    links: Mutex<Links>,
}

/// Python's `__cause__`, `__context__`, `__suppress_context__` and `__notes__`.
#[derive(Default)]
struct Links {
    cause: Option<Error>,
    context: Option<Error>,
    suppress_context: bool,
    notes: Vec<String>,
}

// A lock guards all that changes, and a poisoned one is still good.
impl UnwindSafe for Error {}
impl RefUnwindSafe for Error {}

impl Error {
    /// Whether this is an `E` or, for Python's classes, of a class derived from it: what
    /// `except E` would catch.
    ///
    /// A `TimeoutError` is an `OSError`, and so is every [`std::io::Error`]; any Rust error is
    /// an `Exception`. A Rust type matches exactly.
    ///
    /// ```
    /// use asyncio::{ConnectionError, Error, Exception};
    /// use std::io;
    ///
    /// let error = Error::from(io::Error::from(io::ErrorKind::ConnectionReset));
    /// assert!(error.is::<ConnectionError>() && error.is::<Exception>());
    /// assert!(error.is::<io::Error>());
    /// ```
    pub fn is<E: StdError + 'static>(&self) -> bool {
        match classes::row_of::<E>() {
            Some(class) => self.0.class.inherits(class),
            None => self.0.error.is::<E>(),
        }
    }

    /// The concrete error, if it is exactly an `E`. An `ExceptionGroup` is also found as its
    /// base, the `BaseExceptionGroup`.
    ///
    /// ```
    /// use asyncio::{IncompleteReadError, OSError, TimeoutError};
    ///
    /// let error = IncompleteReadError("HTTP/1.", 8);
    /// let read = error.downcast_ref::<IncompleteReadError>().unwrap();
    /// assert_eq!(read.partial, b"HTTP/1.");
    ///
    /// // A derived class is another type.
    /// assert!(TimeoutError("late").downcast_ref::<OSError>().is_none());
    /// ```
    pub fn downcast_ref<E: StdError + 'static>(&self) -> Option<&E> {
        let error: &(dyn StdError + 'static) = &*self.0.error;
        error.downcast_ref::<E>().or_else(|| group::base_of(error)?.downcast_ref::<E>())
    }

    /// Whether both are the same object: Python's `is`.
    pub fn is_same(&self, other: &Error) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The error this one was raised from: `__cause__`.
    pub fn cause(&self) -> Option<Error> {
        self.links().cause.clone()
    }

    /// The error that was being handled when this one was raised: `__context__`.
    pub fn context(&self) -> Option<Error> {
        self.links().context.clone()
    }

    /// Python's `raise self from cause`, without the raise.
    ///
    /// A link from the cause back to this error is cut; a group with this error in it does not
    /// become its cause. A cancellation without a message is shared by everybody, so that a new
    /// object is returned in its place.
    ///
    /// ```
    /// use asyncio::{KeyError, RuntimeError};
    ///
    /// let error = RuntimeError("no such user").with_cause(KeyError("guido"));
    /// let text = "\
    /// KeyError: 'guido'
    ///
    /// The above exception was the direct cause of the following exception:
    ///
    /// RuntimeError: no such user";
    /// assert_eq!(error.format_exception(), text);
    /// ```
    #[must_use = "the shared cancellation is replaced, not changed"]
    pub fn with_cause(self, cause: impl Into<Error>) -> Error {
        let cause = cause.into();
        if self.is_same(&cause) {
            return self.without_context();
        }
        let own = self.unshared();
        if !own.cut_from(&cause) {
            return own.without_context();
        }
        own.relink(|links| {
            links.suppress_context = true;
            links.cause.replace(cause)
        });
        own
    }

    /// Sets the error that was being handled; see [`set_context`](Error::set_context).
    ///
    /// A cancellation without a message is shared by everybody, so that a new object is
    /// returned in its place.
    #[must_use = "the shared cancellation is replaced, not changed"]
    pub fn with_context(self, context: impl Into<Error>) -> Error {
        let context = context.into();
        if self.is_same(&context) {
            return self;
        }
        let own = self.unshared();
        own.set_context(Some(context));
        own
    }

    /// Python's `raise self from None`, without the raise: tracebacks leave out the context.
    #[must_use = "the shared cancellation is replaced, not changed"]
    pub fn without_context(self) -> Error {
        let own = self.unshared();
        own.relink(|links| {
            links.suppress_context = true;
            links.cause.take()
        });
        own
    }

    /// Sets `__context__` as raising while `context` is handled does: a link from it back to
    /// this error is cut, and an error is never its own context. Nor is a group the context of
    /// an error in it, as it is in Python: they would own each other, and never be freed.
    ///
    /// The one shared cancellation without a message has no context: on it this does nothing.
    pub fn set_context(&self, context: Option<Error>) {
        if own::is_shared(self) {
            return;
        }
        if let Some(context) = &context
            && (self.is_same(context) || !self.cut_from(context))
        {
            return;
        }
        self.relink(|links| std::mem::replace(&mut links.context, context));
    }

    /// Python's `add_note`: a text that tracebacks print below the error's line.
    ///
    /// The one shared cancellation without a message has no notes: on it this does nothing.
    ///
    /// ```
    /// use asyncio::ValueError;
    ///
    /// let error = ValueError("port 0 is no port");
    /// error.add_note("in line 3");
    /// assert_eq!(error.format_exception(), "ValueError: port 0 is no port\nin line 3");
    /// ```
    pub fn add_note(&self, note: impl Into<String>) {
        if own::is_shared(self) {
            return;
        }
        let note = note.into();
        self.links().notes.push(note);
    }

    /// The notes it was given, oldest first: `__notes__`.
    pub fn notes(&self) -> Vec<String> {
        self.links().notes.clone()
    }

    /// The number of an error of the system: Python's `errno`.
    ///
    /// ```
    /// use asyncio::OSError;
    ///
    /// assert_eq!(OSError::with(2, "No such file").errno(), Some(2));
    /// assert_eq!(OSError("no number").errno(), None);
    /// ```
    pub fn errno(&self) -> Option<i32> {
        match self.downcast_ref::<std::io::Error>() {
            Some(error) => error.raw_os_error(),
            None => (self.0.class.os?.errno)(&*self.0.error),
        }
    }

    /// What tracebacks call its class: `ValueError`, `asyncio.exceptions.CancelledError`; the
    /// path of a Rust type, and `Exception` for a text or a box of unknown content.
    pub fn class_name(&self) -> String {
        self.0.class.qualified_name()
    }

    /// What Python's traceback prints of an exception that was never raised, and so has neither
    /// frames nor the line above them: causes and contexts first, this error's line and notes
    /// last. The sources of a Rust error count as its causes.
    ///
    /// The members of a group follow in frames; as in Python at most 15 of a group, and groups
    /// at most 10 deep.
    ///
    /// ```
    /// use asyncio::{ExceptionGroup, TypeError, ValueError};
    ///
    /// let error = ExceptionGroup("two failed", [ValueError("x"), TypeError("y")]);
    /// let text = "  | ExceptionGroup: two failed (2 sub-exceptions)
    ///   +-+---------------- 1 ----------------
    ///     | ValueError: x
    ///     +---------------- 2 ----------------
    ///     | TypeError: y
    ///     +------------------------------------";
    /// assert_eq!(error.format_exception(), text);
    /// ```
    pub fn format_exception(&self) -> String {
        traceback::format_exception(self)
    }
}

/// What the crate asks and builds.
impl Error {
    /// The object of a built-in exception.
    pub(crate) fn new<E: BuiltIn>(error: E) -> Error {
        Error::of_class(E::CLASS, Box::new(error))
    }

    /// What `raise E` builds: `TimeoutError()`, with an empty text.
    pub(crate) fn bare<E: Bare>() -> Error {
        if std::ptr::eq(E::CLASS, CancelledError::CLASS) {
            return own::CancelledError();
        }
        Error::new(E::bare())
    }

    pub(super) fn of_class(class: &'static Class, error: Box<dyn StdError + Send + Sync>) -> Error {
        Error(Arc::new(Object { class, error, links: Mutex::default() }))
    }

    /// Whether this is a `CancelledError`.
    pub(crate) fn is_cancelled(&self) -> bool {
        std::ptr::eq(self.0.class, CancelledError::CLASS)
    }

    /// Whether this ends the program: `SystemExit` or `KeyboardInterrupt`.
    pub(crate) fn is_exit(&self) -> bool {
        std::ptr::eq(self.0.class, SystemExit::CLASS)
            || std::ptr::eq(self.0.class, KeyboardInterrupt::CLASS)
    }

    pub(super) fn class(&self) -> &'static Class {
        self.0.class
    }

    /// Takes over what a part of a group has from the whole: its cause, its context, which
    /// tracebacks then leave out, and its notes. Only for an error that nothing links to yet.
    pub(super) fn copy_links(&self, original: &Error) {
        let links = original.links();
        let copy = Links {
            cause: links.cause.clone(),
            context: links.context.clone(),
            suppress_context: true,
            notes: links.notes.clone(),
        };
        drop(links);
        *self.links() = copy;
    }

    /// Whether the cause, the context and the notes are those of `other`.
    pub(crate) fn has_links_of(&self, other: &Error) -> bool {
        let same = |one: &Option<Error>, other: &Option<Error>| match (one, other) {
            (Some(one), Some(other)) => one.is_same(other),
            (None, None) => true,
            _ => false,
        };
        let of = |error: &Error| {
            let links = error.links();
            (links.cause.clone(), links.context.clone(), links.notes.clone())
        };
        let ((cause, context, notes), (others_cause, others_context, others_notes)) =
            (of(self), of(other));
        same(&cause, &others_cause) && same(&context, &others_context) && notes == others_notes
    }

    /// The error tracebacks print before this one, and whether as its cause.
    pub(super) fn preceding(&self) -> Preceding {
        let links = self.links();
        if let Some(cause) = &links.cause {
            return Preceding::Cause(cause.clone());
        }
        match &links.context {
            Some(context) if !links.suppress_context => Preceding::Context(context.clone()),
            _ => Preceding::Nothing,
        }
    }
}

/// The links to other errors.
impl Error {
    fn links(&self) -> MutexGuard<'_, Links> {
        self.0.links.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the links; what they held is dropped only after the lock is free.
    fn relink(&self, change: impl FnOnce(&mut Links) -> Option<Error>) {
        let old = change(&mut self.links());
        drop(old);
    }

    /// Itself, or a new object if this is the shared cancellation.
    fn unshared(self) -> Error {
        if own::is_shared(&self) {
            return Error::new(CancelledError::bare());
        }
        self
    }

    /// Cuts every link by which `other` leads to this error: a circle would never be freed.
    /// False if `other` is a group with this error in it, which cannot be cut.
    fn cut_from(&self, other: &Error) -> bool {
        if Arc::strong_count(&self.0) == 1 {
            return true; // Nothing else knows it, so no link leads to it.
        }
        if other.contains(self) {
            return false;
        }
        let mut seen = Seen::default();
        let mut pending = vec![other.clone()];
        while let Some(error) = pending.pop() {
            if self.is_same(&error) || !seen.insert(&error) {
                continue;
            }
            error.cut_links_to(self);
            let links = error.links();
            pending.extend(links.cause.iter().chain(&links.context).cloned());
            pending.extend_from_slice(error.exceptions());
        }
        true
    }

    /// Cuts the links to an error, and to groups with that error in them.
    fn cut_links_to(&self, target: &Error) {
        let is_target = |link: &mut Error| link.is_same(target) || link.contains(target);
        let mut links = self.links();
        let cut = (links.cause.take_if(is_target), links.context.take_if(is_target));
        drop(links);
        drop(cut);
    }

    /// Whether `error` is a member of this group, or of a group in it.
    fn contains(&self, error: &Error) -> bool {
        let mut pending: Vec<&Error> = self.exceptions().iter().collect();
        while let Some(member) = pending.pop() {
            if member.is_same(error) {
                return true;
            }
            pending.extend(member.exceptions());
        }
        false
    }
}

/// What tracebacks print before an error.
pub(super) enum Preceding {
    Cause(Error),
    Context(Error),
    Nothing,
}

/// The errors a walk has met; kept alive, so that no address is used twice.
#[derive(Default)]
pub(super) struct Seen {
    addresses: HashSet<usize>,
    errors: Vec<Error>,
}

impl Seen {
    /// Adds an error; false if it was there before.
    pub(super) fn insert(&mut self, error: &Error) -> bool {
        let is_new = self.addresses.insert(Arc::as_ptr(&error.0).addr());
        if is_new {
            self.errors.push(error.clone());
        }
        is_new
    }
}

impl Object {
    /// Takes out all the errors it holds.
    fn take_held(&mut self) -> impl Iterator<Item = Error> + use<> {
        let links = self.links.get_mut().unwrap_or_else(PoisonError::into_inner);
        let earlier = links.cause.take().into_iter().chain(links.context.take());
        earlier.chain(group::take_exceptions(&mut *self.error))
    }
}

impl Drop for Object {
    /// Takes long chains and deep groups apart in a loop: dropping one inside the other would
    /// exhaust the stack.
    fn drop(&mut self) {
        let mut pending: Vec<Error> = self.take_held().collect();
        while let Some(error) = pending.pop() {
            if let Some(mut object) = Arc::into_inner(error.0) {
                pending.extend(object.take_held());
            }
        }
    }
}

impl Deref for Error {
    type Target = dyn StdError + Send + Sync + 'static;

    fn deref(&self) -> &Self::Target {
        &*self.0.error
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        format::write_str(self, f)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        format::write_repr(self, f)
    }
}
