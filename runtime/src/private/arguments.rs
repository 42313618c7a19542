//! What the arguments of macros go through: each function's bound says, in its message, what is
//! wrong with a value of another type.

use crate::contextvars::Context;
use crate::{Awaitable, IntoTimeout, ReturnWhen, Waitable};

/// [`Awaitable`] for one argument of a macro, in a form whose "no" is one error and not three.
///
/// Were there only the first impl, the compiler would settle on it before it looked at the
/// bound, go on with the type, and complain again wherever the type is used. With two it has to
/// look; if neither fits, the type stays unknown, and what comes after it is not reported.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not awaitable",
    label = "expected a coroutine, a task or a future that gives a `Result`",
    note = "a plain future becomes awaitable with `asyncio::wrap(future)`",
    note = "a list of awaitables is spread: `gather!(..list)`",
    note = "the `Result`'s error has to convert into `Box<dyn std::error::Error + Send + Sync>`"
)]
pub trait IsAwaitable<Answer> {
    /// The argument's own type.
    type Itself;

    /// The argument.
    fn itself(self) -> Self::Itself;
}

impl<A: Awaitable> IsAwaitable<Yes> for A {
    type Itself = A;

    fn itself(self) -> A {
        self
    }
}

impl<A: Impossible> IsAwaitable<No> for A {
    type Itself = A;

    fn itself(self) -> A {
        self
    }
}

/// The answer of the one impl.
#[derive(Debug)]
pub struct Yes;

/// The answer of the other.
#[derive(Debug)]
pub struct No;

/// Nothing implements it.
pub trait Impossible {}

/// Gives an argument back; what it is for is its bound.
pub fn awaitable<A, Answer, Itself>(awaitable: A) -> Itself
where
    A: IsAwaitable<Answer, Itself = Itself>,
{
    awaitable.itself()
}

/// [`awaitable`] for what an iterator gives, all of it before the first is made a task: a call
/// of Python unpacks its `*iterable` first, too.
pub fn awaitables<I, A, Answer, Itself>(awaitables: I) -> Vec<Itself>
where
    I: IntoIterator<Item = A>,
    A: IsAwaitable<Answer, Itself = Itself>,
{
    awaitables.into_iter().map(A::itself).collect()
}

/// A timeout in seconds.
pub fn timeout(timeout: impl IntoTimeout) -> Option<f64> {
    timeout.into_timeout()
}

/// A list of futures and tasks, for `wait!`; as in [`IsAwaitable`], with one "no".
#[diagnostic::on_unimplemented(
    message = "`wait!` takes a list of futures or tasks, not `{Self}`",
    label = "expected an iterator of futures or tasks",
    note = "a coroutine is made a task before: `asyncio::create_task(coroutine)`",
    note = "a single task makes a list of one: `[task]`"
)]
pub trait AreHandles<Answer> {
    /// The list's own type.
    type Itself;

    /// The list.
    fn itself(self) -> Self::Itself;
}

impl<I: IntoIterator<Item: Waitable>> AreHandles<Yes> for I {
    type Itself = I;

    fn itself(self) -> I {
        self
    }
}

impl<I: Impossible> AreHandles<No> for I {
    type Itself = I;

    fn itself(self) -> I {
        self
    }
}

/// Gives a list of futures and tasks back, unread: Python reads it when the `wait` is awaited.
pub fn handles<I, Answer, Itself>(futures: I) -> Itself
where
    I: AreHandles<Answer, Itself = Itself>,
{
    futures.itself()
}

/// What `wait!` waits for.
#[diagnostic::on_unimplemented(
    message = "`return_when` is a constant such as `asyncio::FIRST_COMPLETED`, not `{Self}`",
    label = "not a constant of asyncio"
)]
pub trait IsReturnWhen {
    /// The constant.
    fn into_return_when(self) -> ReturnWhen;
}

#[diagnostic::do_not_recommend]
impl IsReturnWhen for ReturnWhen {
    fn into_return_when(self) -> ReturnWhen {
        self
    }
}

/// What `wait!` waits for.
pub fn return_when(return_when: impl IsReturnWhen) -> ReturnWhen {
    return_when.into_return_when()
}

/// An option that is on or off.
#[diagnostic::on_unimplemented(
    message = "an option that is on or off is a `bool`, not `{Self}`",
    label = "neither `true` nor `false`"
)]
pub trait IsFlag {
    /// Whether it is on.
    fn into_bool(self) -> bool;
}

#[diagnostic::do_not_recommend]
impl IsFlag for bool {
    fn into_bool(self) -> bool {
        self
    }
}

/// Whether an option is on.
pub fn flag(flag: impl IsFlag) -> bool {
    flag.into_bool()
}

/// The name of a task.
#[diagnostic::on_unimplemented(
    message = "the name of a task is a text, not `{Self}`",
    label = "not a text",
    note = "of any other value `format!(\"{{value}}\")` makes a text"
)]
pub trait IsName {
    /// The name.
    fn into_name(self) -> String;
}

#[diagnostic::do_not_recommend]
impl<N: Into<String>> IsName for N {
    fn into_name(self) -> String {
        self.into()
    }
}

/// The name of a task.
pub fn name(name: impl IsName) -> String {
    name.into_name()
}

/// A context, or a reference to one; the macro borrows either.
#[diagnostic::on_unimplemented(
    message = "a context is what `asyncio::copy_context()` gives, not `{Self}`",
    label = "not a context"
)]
pub trait IsContext {
    /// The context.
    fn as_context(&self) -> &Context;
}

#[diagnostic::do_not_recommend]
impl IsContext for Context {
    fn as_context(&self) -> &Context {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<C: IsContext + ?Sized> IsContext for &C {
    fn as_context(&self) -> &Context {
        (**self).as_context()
    }
}

/// A context.
pub fn context<C: IsContext + ?Sized>(context: &C) -> &Context {
    context.as_context()
}
