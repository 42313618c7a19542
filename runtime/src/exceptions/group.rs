//! Groups: several exceptions raised as one, how they are built and taken apart.

use std::{error::Error as StdError, fmt, mem, ops::Deref};

use super::{
    classes::{Exception, TypeError, ValueError},
    error::Error,
    format::repr_str,
    panics::panic_with,
};

/// Several exceptions raised as one, some of which may be no
/// [`Exception`](struct@Exception): a cancellation, the end of the program.
///
/// It is the base of [`ExceptionGroup`](struct@ExceptionGroup), so that
/// [`downcast_ref`](Error::downcast_ref) finds it in every group. A cancellation among the
/// members does not make the group one.
///
/// ```
/// use asyncio::{BaseExceptionGroup, CancelledError, Exception, ExceptionGroup, ValueError};
///
/// let error = BaseExceptionGroup("two failed", [ValueError("x"), CancelledError()]);
/// assert!(error.is::<BaseExceptionGroup>() && !error.is::<Exception>());
/// assert!(!error.is::<CancelledError>());
///
/// let error = ExceptionGroup("one failed", [ValueError("x")]);
/// let group = error.downcast_ref::<BaseExceptionGroup>().unwrap();
/// assert_eq!(group.message(), "one failed");
/// assert!(group.exceptions()[0].is::<ValueError>());
/// ```
pub struct BaseExceptionGroup {
    message: String,
    /// Never empty, and never changed.
    exceptions: Vec<Error>,
    /// Made by `except*` around an error that is no group: its repr shows a tuple.
    is_around_one: bool,
}

/// Several [`Exception`](struct@Exception)s raised as one; an `Exception` itself.
///
/// What it can do is at its base, [`BaseExceptionGroup`](struct@BaseExceptionGroup), and how it
/// is taken apart at [`Error::split`].
pub struct ExceptionGroup {
    base: BaseExceptionGroup,
}

/// Python's `BaseExceptionGroup(message, exceptions)`: an
/// [`ExceptionGroup`](struct@ExceptionGroup) if all the members are
/// [`Exception`](struct@Exception)s.
///
/// # Panics
///
/// With Python's `ValueError` if there is no member.
///
/// ```
/// use asyncio::{BaseExceptionGroup, ExceptionGroup, TypeError, ValueError};
///
/// let error = BaseExceptionGroup("two failed", [ValueError("x"), TypeError("y")]);
/// assert!(error.is::<ExceptionGroup>());
/// assert_eq!(error.to_string(), "two failed (2 sub-exceptions)");
/// ```
#[allow(non_snake_case, reason = "the name is the class's, as in Python")]
#[track_caller]
pub fn BaseExceptionGroup(
    message: impl Into<String>,
    exceptions: impl IntoIterator<Item = Error>,
) -> Error {
    Error::group_of(message, at_least_one(exceptions))
}

/// Python's `ExceptionGroup(message, exceptions)`.
///
/// # Panics
///
/// With Python's `ValueError` if there is no member, and with its `TypeError` if one is no
/// [`Exception`](struct@Exception).
///
/// ```
/// use asyncio::{ExceptionGroup, ValueError};
///
/// let error = ExceptionGroup("one failed", [ValueError("x")]);
/// assert_eq!(error.to_string(), "one failed (1 sub-exception)");
/// assert_eq!(format!("{error:?}"), "ExceptionGroup('one failed', [ValueError('x')])");
/// ```
#[allow(non_snake_case, reason = "the name is the class's, as in Python")]
#[track_caller]
pub fn ExceptionGroup(
    message: impl Into<String>,
    exceptions: impl IntoIterator<Item = Error>,
) -> Error {
    let group = BaseExceptionGroup {
        message: message.into(),
        exceptions: at_least_one(exceptions),
        is_around_one: false,
    };
    if !group.has_only_exceptions() {
        panic_with(TypeError("Cannot nest BaseExceptions in an ExceptionGroup"));
    }
    Error::new(ExceptionGroup { base: group })
}

#[track_caller]
fn at_least_one(exceptions: impl IntoIterator<Item = Error>) -> Vec<Error> {
    let exceptions: Vec<Error> = exceptions.into_iter().collect();
    if exceptions.is_empty() {
        panic_with(ValueError("second argument (exceptions) must be a non-empty sequence"));
    }
    exceptions
}

impl BaseExceptionGroup {
    /// What the group was built with, without the number of its members.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The members, in order; groups may be among them.
    pub fn exceptions(&self) -> &[Error] {
        &self.exceptions
    }

    /// Python's `derive`: a group of the same message with other members. It has no cause,
    /// context or notes.
    ///
    /// # Panics
    ///
    /// With Python's `ValueError` if there is no member.
    ///
    /// ```
    /// use asyncio::{CancelledError, ExceptionGroup, ValueError};
    ///
    /// let error = ExceptionGroup("failed", [ValueError("x")]);
    /// let group = error.downcast_ref::<ExceptionGroup>().unwrap();
    /// let derived = group.derive([CancelledError()]);
    /// assert_eq!(format!("{derived:?}"), "BaseExceptionGroup('failed', [CancelledError()])");
    /// ```
    #[track_caller]
    pub fn derive(&self, exceptions: impl IntoIterator<Item = Error>) -> Error {
        Error::group_of(self.message.as_str(), at_least_one(exceptions))
    }

    fn has_only_exceptions(&self) -> bool {
        self.exceptions.iter().all(Error::is::<Exception>)
    }

    /// The part of `error`, which this group is, that consists of `members`.
    fn part(&self, error: &Error, members: Vec<Error>) -> Option<Error> {
        if members.is_empty() {
            return None;
        }
        let part = Error::group_of(self.message.as_str(), members);
        part.copy_links(error);
        Some(part)
    }
}

impl Deref for ExceptionGroup {
    type Target = BaseExceptionGroup;

    fn deref(&self) -> &BaseExceptionGroup {
        &self.base
    }
}

/// What a group is asked as an error; any other error answers as a member of a group would.
impl Error {
    /// The members if this is a group, in order; of any other error none.
    ///
    /// ```
    /// use asyncio::{ExceptionGroup, ValueError};
    ///
    /// let error = ExceptionGroup("failed", [ValueError("x"), ValueError("y")]);
    /// let texts: Vec<String> = error.exceptions().iter().map(ToString::to_string).collect();
    /// assert_eq!(texts, ["x", "y"]);
    /// assert!(ValueError("x").exceptions().is_empty());
    /// ```
    pub fn exceptions(&self) -> &[Error] {
        exceptions_of(&**self)
    }

    /// Python's `split(E)`: the part of this group whose members are an `E`, as
    /// [`is`](Error::is) says, and the rest.
    ///
    /// Both keep the nesting of the group, and each of their groups the message, cause, context
    /// and notes of the one it comes from. Members stay the same objects, and if the group
    /// itself is an `E` it is returned as it is. As in Python, tracebacks leave out the context
    /// of a group that was split. An error that is no group goes whole into one of the two.
    ///
    /// ```
    /// use asyncio::{ExceptionGroup, OSError, TimeoutError, ValueError};
    ///
    /// let late = ExceptionGroup("late", [TimeoutError("a"), ValueError("b")]);
    /// let error = ExceptionGroup("failed", [ValueError("x"), late]);
    ///
    /// let (system, rest) = error.split::<OSError>();
    /// assert_eq!(
    ///     format!("{:?}", system.unwrap()),
    ///     "ExceptionGroup('failed', [ExceptionGroup('late', [TimeoutError('a')])])"
    /// );
    /// assert_eq!(
    ///     format!("{:?}", rest.unwrap()),
    ///     "ExceptionGroup('failed', [ValueError('x'), ExceptionGroup('late', [ValueError('b')])])"
    /// );
    /// ```
    pub fn split<E: StdError + 'static>(&self) -> (Option<Error>, Option<Error>) {
        self.split_by(Error::is::<E>)
    }

    /// Python's `split(predicate)`: [`split`](Error::split) by what `condition` says of the
    /// group, and, where it says no to a group, of each member.
    ///
    /// ```
    /// use asyncio::{ExceptionGroup, TypeError, ValueError};
    ///
    /// let error = ExceptionGroup("failed", [ValueError("x"), TypeError("y")]);
    /// let (both, rest) = error.split_by(|e| e.is::<ValueError>() || e.is::<TypeError>());
    /// assert_eq!(both.unwrap().exceptions().len(), 2);
    /// assert!(rest.is_none());
    /// ```
    pub fn split_by(
        &self,
        mut condition: impl FnMut(&Error) -> bool,
    ) -> (Option<Error>, Option<Error>) {
        split(self, &mut condition)
    }

    /// Python's `subgroup(E)`: the first part of what [`split`](Error::split) returns.
    ///
    /// ```
    /// use asyncio::{ExceptionGroup, KeyError, TypeError, ValueError};
    ///
    /// let error = ExceptionGroup("failed", [ValueError("x"), TypeError("y")]);
    /// assert_eq!(error.subgroup::<ValueError>().unwrap().to_string(), "failed (1 sub-exception)");
    /// assert!(error.subgroup::<KeyError>().is_none());
    /// ```
    pub fn subgroup<E: StdError + 'static>(&self) -> Option<Error> {
        self.split::<E>().0
    }

    /// Python's `subgroup(predicate)`: the first part of what [`split_by`](Error::split_by)
    /// returns.
    pub fn subgroup_by(&self, condition: impl FnMut(&Error) -> bool) -> Option<Error> {
        self.split_by(condition).0
    }

    /// A group of the class that its members make it; there must be at least one.
    pub(crate) fn group_of(message: impl Into<String>, exceptions: Vec<Error>) -> Error {
        debug_assert!(!exceptions.is_empty(), "a group without a member");
        Error::of_group(BaseExceptionGroup {
            message: message.into(),
            exceptions,
            is_around_one: false,
        })
    }

    /// The group that an `except*` arm gets for an error that is none.
    pub(crate) fn group_around(error: Error) -> Error {
        Error::of_group(BaseExceptionGroup {
            message: String::new(),
            exceptions: vec![error],
            is_around_one: true,
        })
    }

    fn of_group(group: BaseExceptionGroup) -> Error {
        if group.has_only_exceptions() {
            return Error::new(ExceptionGroup { base: group });
        }
        Error::new(group)
    }
}

/// What of `error` meets the condition, and what does not.
fn split(
    error: &Error,
    condition: &mut impl FnMut(&Error) -> bool,
) -> (Option<Error>, Option<Error>) {
    if condition(error) {
        return (Some(error.clone()), None);
    }
    let Some(group) = error.downcast_ref::<BaseExceptionGroup>() else {
        return (None, Some(error.clone()));
    };
    let (mut matching, mut rest) = (Vec::new(), Vec::new());
    for member in &group.exceptions {
        let (matched, left) = split(member, condition);
        matching.extend(matched);
        rest.extend(left);
    }
    (group.part(error, matching), group.part(error, rest))
}

/// The base that `error` contains, as a derived class does in Python.
pub(super) fn base_of<'a>(
    error: &'a (dyn StdError + 'static),
) -> Option<&'a (dyn StdError + 'static)> {
    error.downcast_ref::<ExceptionGroup>().map(|group| &group.base as _)
}

/// The members of a group; of any other error none.
pub(super) fn exceptions_of<'a>(error: &'a (dyn StdError + 'static)) -> &'a [Error] {
    match base_of(error).unwrap_or(error).downcast_ref::<BaseExceptionGroup>() {
        Some(group) => &group.exceptions,
        None => &[],
    }
}

/// Takes the members out of a group that is about to be dropped.
pub(super) fn take_exceptions(error: &mut (dyn StdError + 'static)) -> Vec<Error> {
    if let Some(group) = error.downcast_mut::<ExceptionGroup>() {
        return mem::take(&mut group.base.exceptions);
    }
    match error.downcast_mut::<BaseExceptionGroup>() {
        Some(group) => mem::take(&mut group.exceptions),
        None => Vec::new(),
    }
}

impl fmt::Display for BaseExceptionGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.exceptions.len();
        let plural = if count == 1 { "" } else { "s" };
        write!(f, "{} ({count} sub-exception{plural})", self.message)
    }
}

impl fmt::Debug for BaseExceptionGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The members tell the class, also where this is the base of the derived one.
        let class =
            if self.has_only_exceptions() { "ExceptionGroup" } else { "BaseExceptionGroup" };
        if self.is_around_one {
            return write!(f, "{class}({}, ({:?},))", repr_str(&self.message), self.exceptions[0]);
        }
        write!(f, "{class}({}, {:?})", repr_str(&self.message), self.exceptions)
    }
}

impl StdError for BaseExceptionGroup {}

impl fmt::Display for ExceptionGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.base, f)
    }
}

impl fmt::Debug for ExceptionGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.base, f)
    }
}

impl StdError for ExceptionGroup {}
