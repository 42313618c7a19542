//! What the macros of blocks call: awaits in a block, entering and leaving it, and `?` in it.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future as StdFuture;
use std::marker::PhantomData;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::{Impossible, No, Yes};
use crate::contextlib::{nothing_left, raised_while_handling, settle};
use crate::tasks::{self, Block};
use crate::timeouts::Timeout;
use crate::{AsyncContextManager, Error, Result, TaskGroup};

/// Where in its task a block is, so that it can be cancelled without the rest.
pub struct Place {
    block: Rc<Block>,
    /// How many blocks of its function it is in, with itself.
    depth: usize,
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Place").field("depth", &self.depth).finish_non_exhaustive()
    }
}

/// The place of a block in no other of the function.
pub fn place() -> Place {
    Place { block: Block::new(), depth: 1 }
}

/// The place of a block in another one.
pub fn place_in(outer: &Place) -> Place {
    Place { block: Block::within(Some(Rc::clone(&outer.block))), depth: outer.depth + 1 }
}

/// What can be awaited; as in `IsAwaitable`, with one "no".
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be awaited",
    label = "not a future",
    note = "what implements `Future` or `IntoFuture` can be awaited"
)]
pub trait IsFuture<Answer> {
    /// The future.
    type Future;

    /// The future.
    fn future(self) -> Self::Future;
}

impl<F: IntoFuture> IsFuture<Yes> for F {
    type Future = F::IntoFuture;

    fn future(self) -> F::IntoFuture {
        self.into_future()
    }
}

impl<F: Impossible> IsFuture<No> for F {
    type Future = F;

    fn future(self) -> F {
        self
    }
}

/// The future of what is awaited.
pub fn slot<F, Answer, Future>(future: F) -> Option<Future>
where
    F: IsFuture<Answer, Future = Future>,
{
    Some(future.future())
}

/// Awaits what is in `slot` in a block.
///
/// # Errors
/// A cancellation that nothing in there has claimed; the panic of what was awaited.
pub async fn within<F: StdFuture>(place: &Place, slot: Pin<&mut Option<F>>) -> Result<F::Output> {
    tasks::drive_in_blocks(&place.block, place.depth, slot).await
}

/// [`within`], where nothing but the task can be cancelled.
///
/// # Errors
/// As [`within`].
pub async fn awaited<F: StdFuture>(slot: Pin<&mut Option<F>>) -> Result<F::Output> {
    tasks::drive_caught(slot).await
}

/// What `?` takes in a block.
#[diagnostic::on_unimplemented(
    message = "`?` in a block raises the error of a `Result`, and `{Self}` has none",
    label = "not a `Result` whose error can be raised",
    note = "an `Option` becomes one with `.ok_or(error)?`",
    note = "the `Result`'s error has to convert into `Box<dyn std::error::Error + Send + Sync>`"
)]
pub trait Attempt<Answer> {
    /// What is left when all went well.
    type Value;

    /// As a result with Python's exception.
    fn into_result(self) -> Result<Self::Value>;
}

#[diagnostic::do_not_recommend]
impl<T, E> Attempt<Yes> for Result<T, E>
where
    E: Into<Box<dyn StdError + Send + Sync>> + 'static,
{
    type Value = T;

    fn into_result(self) -> Result<T> {
        self.map_err(Error::from_failure)
    }
}

#[diagnostic::do_not_recommend]
impl<A: Impossible> Attempt<No> for A {
    type Value = A;

    fn into_result(self) -> Result<A> {
        Ok(self)
    }
}

/// The operand of `?`.
#[inline]
pub fn attempt<A, Answer, Value>(attempt: A) -> Result<Value>
where
    A: Attempt<Answer, Value = Value>,
{
    attempt.into_result()
}

/// What is to become of the value, and after it the exit of the block that it leaves.
#[inline]
pub fn then<T>(value: T, _exit: ()) -> T {
    value
}

/// What a block gives that did not fail.
///
/// # Errors
/// None.
#[inline]
pub fn ok<T>(value: T) -> Result<T> {
    Ok(value)
}

/// What a block gives that failed.
///
/// # Errors
/// That with which it failed.
#[cold]
pub fn failed<T>(error: Error) -> Result<T> {
    Err(error)
}

/// How an expression goes on around which there is a loop without a label.
#[derive(Debug)]
pub enum Flow<D, B, C> {
    /// With its value.
    Done(D),
    /// With `break`.
    Break(B),
    /// With `continue`.
    Continue(C),
}

/// A manager whose block is being run.
pub struct With<'a, M: AsyncContextManager + ?Sized> {
    manager: &'a M,
    place: &'a Place,
    entered: bool,
}

impl<M: AsyncContextManager + ?Sized> fmt::Debug for With<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("With").field("entered", &self.entered).finish_non_exhaustive()
    }
}

/// What stands behind `async with`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an asynchronous context manager",
    label = "expected a lock, a timeout, a group or what implements `AsyncContextManager`",
    note = "what has an `aclose` becomes one with `asyncio::aclosing(thing)`"
)]
pub trait IsManager<'a, Answer> {
    /// The manager in its block.
    type With;

    /// The manager, before its block.
    fn with(&'a self, place: &'a Place) -> Self::With;
}

#[diagnostic::do_not_recommend]
impl<'a, M: AsyncContextManager + ?Sized + 'a> IsManager<'a, Yes> for M {
    type With = With<'a, M>;

    fn with(&'a self, place: &'a Place) -> With<'a, M> {
        With { manager: self, place, entered: false }
    }
}

#[diagnostic::do_not_recommend]
impl<'a, M: Impossible + ?Sized> IsManager<'a, No> for M {
    type With = ();

    fn with(&'a self, _place: &'a Place) {}
}

/// A manager, before its block.
pub fn with<'a, M, Answer, With>(manager: &'a M, place: &'a Place) -> With
where
    M: IsManager<'a, Answer, With = With> + ?Sized,
{
    manager.with(place)
}

/// [`With::enter`].
///
/// # Errors
/// As there.
pub async fn enter<M: AsyncContextManager + ?Sized>(with: &mut With<'_, M>) -> Result<M::Value> {
    with.enter().await
}

/// [`With::leave`].
///
/// # Errors
/// As there.
pub async fn leave<M: AsyncContextManager + ?Sized>(with: &With<'_, M>) -> Result<()> {
    with.leave().await
}

/// [`With::fail`].
///
/// # Errors
/// As there.
pub async fn fail<M: AsyncContextManager + ?Sized>(with: &With<'_, M>, error: Error) -> Result<()> {
    with.fail(error).await
}

impl<M: AsyncContextManager + ?Sized> With<'_, M> {
    fn settle<F, T>(&self, slot: Pin<&mut Option<F>>) -> impl StdFuture<Output = Result<T>>
    where
        F: StdFuture<Output = Result<T>>,
    {
        settle(&self.place.block, self.place.depth, slot)
    }

    /// Enters the block.
    ///
    /// # Errors
    /// Those of the manager.
    pub async fn enter(&mut self) -> Result<M::Value> {
        let value = self.settle(pin!(Some(self.manager.aenter()))).await?;
        self.entered = true;
        Ok(value)
    }

    /// Leaves the block, which did not fail.
    ///
    /// # Errors
    /// Those of the manager.
    pub async fn leave(&self) -> Result<()> {
        self.settle(pin!(Some(self.manager.aexit(None)))).await.map(drop)
    }

    /// Leaves the block, which failed; `Ok` if the manager swallows the error.
    ///
    /// # Errors
    /// What goes on: the error, or another of the manager.
    pub async fn fail(&self, error: Error) -> Result<()> {
        let exited = self.settle(pin!(Some(self.manager.aexit(Some(&error))))).await;
        match exited {
            Ok(true) => Ok(()),
            Ok(false) => Err(error),
            Err(raised) if self.manager.sets_contexts() => Err(raised),
            Err(raised) => Err(handling(raised, &error)),
        }
    }
}

impl With<'_, Timeout> {
    /// Leaves the block of a timeout, which did not fail: nor does this.
    pub async fn pass(&self) {
        let left = self.leave().await;
        debug_assert!(left.is_ok(), "a timeout fails by an error of its block alone");
    }

    /// What the block of a timeout fails with after all.
    pub async fn failure(&self, error: Error) -> Error {
        self.fail(error.clone()).await.err().unwrap_or(error)
    }
}

impl<M: AsyncContextManager + ?Sized> Drop for With<'_, M> {
    fn drop(&mut self) {
        if self.entered {
            self.manager.finally();
        }
    }
}

/// The group of `task_group!`.
pub fn group() -> TaskGroup {
    TaskGroup::new()
}

/// The error that was raised while another one was handled.
pub fn handling(raised: Error, handled: &Error) -> Error {
    raised_while_handling(raised, Some(handled), Some(handled))
}

/// The value of a block whose error the manager swallows: for any type but `()` there is none.
pub struct Swallowed<T>(PhantomData<T>);

impl<T> fmt::Debug for Swallowed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Swallowed")
    }
}

impl<T> Clone for Swallowed<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Swallowed<T> {}

/// The type of a block's value, to be found out while it is written.
pub fn swallowed<T>() -> Swallowed<T> {
    Swallowed(PhantomData)
}

impl<T> Swallowed<T> {
    /// Notes the type of the block's value.
    pub fn note(self, _value: &T) {}
}

impl Swallowed<()> {
    /// Nothing is missing.
    ///
    /// # Errors
    /// None.
    pub fn value(self, _swallowed: Error) -> Result<()> {
        Ok(())
    }
}

/// For all other types.
pub trait NoValue<T> {
    /// The error in place of the value.
    ///
    /// # Errors
    /// Always.
    fn value(self, swallowed: Error) -> Result<T>;
}

impl<T> NoValue<T> for Swallowed<T> {
    fn value(self, swallowed: Error) -> Result<T> {
        Err(nothing_left(swallowed))
    }
}

/// What `async for` goes through.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not what `async for` goes through",
    label = "expected a `Stream` of `Result`s",
    note = "a plain stream becomes one with `.map(asyncio::Ok)`",
    note = "a plain iterator is gone through with `for`"
)]
pub trait IsIterable<Answer> {
    /// The stream's own type.
    type Itself;

    /// The stream.
    fn itself(self) -> Self::Itself;
}

#[diagnostic::do_not_recommend]
impl<S: Iterable> IsIterable<Yes> for S {
    type Itself = S;

    fn itself(self) -> S {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<S: Impossible> IsIterable<No> for S {
    type Itself = S;

    fn itself(self) -> S {
        self
    }
}

/// A stream of results.
pub trait Iterable: Stream {
    /// What the loop gets.
    type Next;

    /// An item as a result with Python's exception.
    fn next_of(item: Self::Item) -> Result<Self::Next>;
}

#[diagnostic::do_not_recommend]
impl<S, T, E> Iterable for S
where
    S: Stream<Item = Result<T, E>> + ?Sized,
    E: Into<Box<dyn StdError + Send + Sync>> + 'static,
{
    type Next = T;

    fn next_of(item: Result<T, E>) -> Result<T> {
        item.map_err(Error::from_failure)
    }
}

/// What `async for` goes through.
pub fn iterable<S, Answer, Itself>(stream: S) -> Itself
where
    S: IsIterable<Answer, Itself = Itself>,
{
    stream.itself()
}

/// Waits for the next item of a stream.
pub fn next<S: Iterable>(stream: Pin<&mut S>) -> Next<'_, S> {
    Next(stream)
}

/// What [`next`] returns.
pub struct Next<'a, S>(Pin<&'a mut S>);

impl<S> fmt::Debug for Next<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Next")
    }
}

impl<S: Iterable> StdFuture for Next<'_, S> {
    type Output = Result<Option<S::Next>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll_next(cx).map(|item| item.map(S::next_of).transpose())
    }
}
