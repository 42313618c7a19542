//! What `#[asyncio::coroutine]` and `#[asyncio::generator]` call.

use std::fmt;
use std::future::Future as StdFuture;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::generators::{AsyncGenerator, Sent, Yielder};
use crate::tasks::take_unclaimed;
use crate::{Coroutine, Error, Result};

/// The coroutine of a body.
#[inline(always)]
pub fn coroutine<F: StdFuture>(future: F) -> Coroutine<F> {
    Coroutine { future }
}

/// Awaits what is in `slot`; a cancellation that nobody in there takes is an error here.
pub fn cancellable<F: StdFuture>(slot: Pin<&mut Option<F>>) -> Cancellable<'_, F> {
    Cancellable(slot)
}

/// What [`cancellable`] returns: no more than a pointer, as each await of a coroutine has one.
pub struct Cancellable<'a, F>(Pin<&'a mut Option<F>>);

impl<F> fmt::Debug for Cancellable<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cancellable").finish_non_exhaustive()
    }
}

impl<F: StdFuture> StdFuture for Cancellable<'_, F> {
    type Output = Result<F::Output>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(future) = self.0.as_mut().as_pin_mut() else { return Poll::Pending };
        if let Poll::Ready(output) = future.poll(cx) {
            return Poll::Ready(Ok(output));
        }
        let Some(error) = take_unclaimed() else { return Poll::Pending };
        self.0.set(None);
        Poll::Ready(Err(error))
    }
}

/// The output of something that is awaited, as a type alone.
#[derive(Debug)]
pub struct OutputType<T>(PhantomData<T>);

/// The type of what is awaited in a slot.
pub fn type_of_output<F: StdFuture>(_: &Pin<&mut Option<F>>) -> OutputType<F::Output> {
    OutputType(PhantomData)
}

/// For an output that can hold the error: there it is raised.
pub trait RaisedInPlace<T> {
    /// The output that raises `error`.
    fn raised(&self, error: Error) -> Result<T>;
}

impl<T, E: From<Error>> RaisedInPlace<Result<T, E>> for OutputType<Result<T, E>> {
    fn raised(&self, error: Error) -> Result<Result<T, E>> {
        Ok(Err(error.into()))
    }
}

/// For any other output: the error leaves the body. The compiler finds this one second.
pub trait RaisedOutOfBody<T> {
    /// The error.
    fn raised(&self, error: Error) -> Result<T>;
}

impl<T> RaisedOutOfBody<T> for &OutputType<T> {
    fn raised(&self, error: Error) -> Result<T> {
        Err(error)
    }
}

/// For an output that can hold the error, where the body cannot be left: there it is raised.
pub trait AwaitedInPlace<F> {
    /// Awaits what is in `slot`.
    fn awaited<'a>(&self, slot: Pin<&'a mut Option<F>>) -> InPlace<'a, F>;
}

impl<F, T, E> AwaitedInPlace<F> for OutputType<Result<T, E>>
where
    F: StdFuture<Output = Result<T, E>>,
    E: From<Error>,
{
    fn awaited<'a>(&self, slot: Pin<&'a mut Option<F>>) -> InPlace<'a, F> {
        InPlace(cancellable(slot))
    }
}

/// For any other output: a cancellation is left to what is further out.
pub trait AwaitedAsItIs<F> {
    /// Awaits what is in `slot`.
    fn awaited<'a>(&self, slot: Pin<&'a mut Option<F>>) -> AsItIs<'a, F>;
}

impl<F: StdFuture> AwaitedAsItIs<F> for &OutputType<F::Output> {
    fn awaited<'a>(&self, slot: Pin<&'a mut Option<F>>) -> AsItIs<'a, F> {
        AsItIs(slot)
    }
}

/// What [`AwaitedInPlace`] returns.
#[derive(Debug)]
pub struct InPlace<'a, F>(Cancellable<'a, F>);

impl<F, T, E> StdFuture for InPlace<'_, F>
where
    F: StdFuture<Output = Result<T, E>>,
    E: From<Error>,
{
    type Output = F::Output;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let polled = Pin::new(&mut self.0).poll(cx);
        polled.map(|output| output.unwrap_or_else(|error| Err(error.into())))
    }
}

/// What [`AwaitedAsItIs`] returns.
pub struct AsItIs<'a, F>(Pin<&'a mut Option<F>>);

impl<F> fmt::Debug for AsItIs<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsItIs").finish_non_exhaustive()
    }
}

impl<F: StdFuture> StdFuture for AsItIs<'_, F> {
    type Output = F::Output;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        match self.0.as_mut().as_pin_mut() {
            Some(future) => future.poll(cx),
            None => Poll::Pending,
        }
    }
}

/// What a generator function returns.
#[diagnostic::on_unimplemented(
    message = "a generator returns an `AsyncGenerator`, not `{Self}`",
    label = "write `AsyncGenerator<u32>`, with the type of its values"
)]
pub trait IsGenerator {
    /// Through this the body gives values.
    type Yielder;
}

#[diagnostic::do_not_recommend]
impl<Y: 'static, S: 'static> IsGenerator for AsyncGenerator<Y, S> {
    type Yielder = Yielder<Y, S>;
}

/// Makes the generator of a body.
pub fn generator<Y, S, B, F>(body: B) -> AsyncGenerator<Y, S>
where
    Y: 'static,
    S: Sent,
    B: FnOnce(Yielder<Y, S>) -> F,
    F: StdFuture<Output = Result<()>> + 'static,
{
    AsyncGenerator::new(body)
}
