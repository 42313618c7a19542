//! Asynchronous generators: Python's `async def` with a `yield` in it; mirrors the interpreter's
//! `async_generator`.
//!
//! ```text
//!   made ──▶ created ──▶ executing ──▶ finished
//!                            ▲  │ yields, or awaits
//!                            │  ▼
//!                         suspended
//! ```
//!
//! The body is a future that runs in the task of whoever asks for the next value, so that what it
//! awaits that task awaits. It hands a value out by leaving it on the wire and
//! returning `Pending`; what it is sent, or is to raise, comes back the same way.

mod machine;
mod operations;

use std::cell::RefCell;
use std::fmt;
use std::future::Future as StdFuture;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use futures_core::Stream;

use crate::contextlib::AsyncClose;
use crate::exceptions::{Error, Result, StopAsyncIteration};

use machine::Generator;
pub(crate) use machine::RawGenerator;
pub use machine::Yielder;
pub use operations::{AsyncGeneratorAClose, AsyncGeneratorASend, AsyncGeneratorAThrow};

/// What an asynchronous generator is sent: `()`, or an `Option` where
/// [`asend`](AsyncGenerator::asend) is to send more than Python's `None`.
#[diagnostic::on_unimplemented(
    message = "an asynchronous generator cannot be sent `{Self}`",
    label = "write `Option<{Self}>`: `anext` sends `None`",
    note = "a type of your own implements `asyncio::generators::Sent`"
)]
pub trait Sent: 'static {
    /// What [`anext`](AsyncGenerator::anext) sends.
    fn none() -> Self;

    /// Whether it is that; a generator that has not begun takes nothing else.
    fn is_none(&self) -> bool;
}

#[diagnostic::do_not_recommend]
impl Sent for () {
    fn none() -> Self {}

    fn is_none(&self) -> bool {
        true
    }
}

#[diagnostic::do_not_recommend]
impl<T: 'static> Sent for Option<T> {
    fn none() -> Self {
        None
    }

    fn is_none(&self) -> bool {
        self.is_none()
    }
}

/// An asynchronous generator: gives values of type `Y`, and is sent values of type `S`.
///
/// A cheap handle: clones are the same generator. `#[asyncio::generator]` makes functions that
/// return one. It is a [`Stream`] as well, which ends where Python raises StopAsyncIteration.
///
/// One that is dropped before its end is closed by a task of the loop in which it was first
/// asked for a value; [`shutdown_asyncgens`](crate::EventLoop::shutdown_asyncgens) closes what is
/// left then. To have it closed at once, use [`aclosing`](crate::aclosing).
///
/// # Cancellation
/// The body runs in the task that asks. If that is cancelled, the `CancelledError` is raised at
/// the body's await, as any other error there.
///
/// A request that is dropped half-way, as a `select!` does, leaves the body where it awaits; the
/// next request goes on from there.
///
/// # Differences from Python
/// `athrow` on a body that such a dropped request has left at an await raises at that await.
///
/// ```
/// use asyncio::{AsyncGenerator, Result, StopAsyncIteration};
///
/// # fn main() -> Result<()> {
/// async fn main() -> Result<()> {
///     let numbers: AsyncGenerator<u32> = AsyncGenerator::new(|yielder| async move {
///         for number in 1..=2 {
///             asyncio::sleep(0).await?;
///             yielder.yield_(number).await?;
///         }
///         Ok(())
///     });
///     assert_eq!(numbers.anext().await?, 1);
///     assert_eq!(numbers.anext().await?, 2);
///     assert!(numbers.anext().await.unwrap_err().is::<StopAsyncIteration>());
///     Ok(())
/// }
/// asyncio::run(main())
/// # }
/// ```
#[must_use = "a generator does nothing until it is asked for a value"]
pub struct AsyncGenerator<Y: 'static, S: 'static = ()> {
    raw: Rc<Generator<Y, S>>,
    /// What the stream is waiting for.
    next: RefCell<Option<AsyncGeneratorASend<Y, S>>>,
}

impl<Y: 'static, S: 'static> AsyncGenerator<Y, S> {
    /// Makes a generator of a body, which gives values through the [`Yielder`] that it gets.
    ///
    /// Nothing of it runs before the first value is asked for. Reprs call the generator as the
    /// function that this is written in.
    pub fn new<B, F>(body: B) -> Self
    where
        S: Sent,
        B: FnOnce(Yielder<Y, S>) -> F,
        F: StdFuture<Output = Result<()>> + 'static,
    {
        Self::of(Generator::new(body))
    }

    fn of(raw: Rc<Generator<Y, S>>) -> Self {
        Self { raw, next: RefCell::new(None) }
    }

    /// Asks for the next value. Mirrors `agen.__anext__` and the function `anext`.
    ///
    /// # Errors
    /// `StopAsyncIteration` when there is none; what the body fails with; RuntimeError
    /// `anext(): asynchronous generator is already running`.
    pub fn anext(&self) -> AsyncGeneratorASend<Y, S> {
        self.asend(self.raw.none())
    }

    /// Asks for the next value, and gives `value` to the `yield_!` at which the body waits.
    ///
    /// Mirrors `agen.asend`.
    ///
    /// # Errors
    /// As [`anext`](Self::anext); TypeError if the body has not begun, and `value` is not `None`.
    pub fn asend(&self, value: S) -> AsyncGeneratorASend<Y, S> {
        self.begin();
        AsyncGeneratorASend::new(Rc::clone(&self.raw), value)
    }

    /// Raises `error` at the `yield_!` at which the body waits, and gives its next value.
    ///
    /// The value is `None` if the generator was at its end before. Mirrors `agen.athrow`.
    ///
    /// # Errors
    /// As [`anext`](Self::anext): `error` itself, if the body does not handle it.
    pub fn athrow(&self, error: impl Into<Error>) -> AsyncGeneratorAThrow<Y, S> {
        self.begin();
        AsyncGeneratorAThrow::new(Rc::clone(&self.raw), error.into())
    }

    /// Ends the generator: raises GeneratorExit at the `yield_!` at which the body waits.
    ///
    /// Mirrors `agen.aclose`.
    ///
    /// # Errors
    /// What the body fails with then; RuntimeError `async generator ignored GeneratorExit` if it
    /// gives another value; RuntimeError `aclose(): asynchronous generator is already running`.
    pub fn aclose(&self) -> AsyncGeneratorAClose {
        self.begin();
        AsyncGeneratorAClose::new(self.raw.clone())
    }

    /// What every request does first: it makes the generator known to the loop, and takes the
    /// place of what the stream has begun.
    fn begin(&self) {
        let before = self.next.take();
        drop(before);
        self.raw.init_hooks();
    }
}

impl<Y: 'static, S: 'static> Clone for AsyncGenerator<Y, S> {
    fn clone(&self) -> Self {
        Self::of(Rc::clone(&self.raw))
    }
}

impl<Y: 'static, S: 'static> fmt::Debug for AsyncGenerator<Y, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.raw.repr())
    }
}

impl<Y: 'static, S: 'static> AsyncClose for AsyncGenerator<Y, S> {
    async fn aclose(&self) -> Result<()> {
        AsyncGenerator::aclose(self).await
    }
}

/// Each item is an [`anext`](AsyncGenerator::anext); the end of the generator is that of the
/// stream.
impl<Y: 'static, S: 'static> Stream for AsyncGenerator<Y, S> {
    type Item = Result<Y>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Y>>> {
        // Taken out while it is polled: the body may drop or use this very handle.
        let begun = self.next.take();
        let mut next = begun.unwrap_or_else(|| self.anext());
        let Poll::Ready(outcome) = Pin::new(&mut next).poll(cx) else {
            self.next.replace(Some(next));
            return Poll::Pending;
        };
        Poll::Ready(match outcome {
            Err(error) if error.is::<StopAsyncIteration>() => None,
            outcome => Some(outcome),
        })
    }
}

/// Python's name for the coroutines of this module, by the names of their types; they have none
/// of their own.
pub(crate) fn request_name(type_name: &str) -> Option<&'static str> {
    let request = type_name.strip_prefix(concat!(module_path!(), "::operations::"))?;
    Some(match request.starts_with("AsyncGeneratorASend") {
        true => "<async_generator_asend without __name__>",
        false => "<async_generator_athrow without __name__>",
    })
}

/// Whether a type is one of these coroutines, into which a task throws before it has begun.
pub(crate) fn is_request(type_name: &str) -> bool {
    request_name(type_name).is_some()
}
