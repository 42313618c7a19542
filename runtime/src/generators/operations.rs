//! What can be asked of a generator: each request is a coroutine, as in Python.

use std::any::type_name;
use std::fmt;
use std::future::Future as StdFuture;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use super::machine::{Generator, RawGenerator, Step, is_end};
use crate::coroutines::is_thrown_into;
use crate::exceptions::{Error, GeneratorExit, Result, RuntimeError, StopAsyncIteration};
use crate::log;
use crate::tasks::take_unclaimed;

/// How far a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    New,
    Begun,
    Over,
}

impl Progress {
    /// Begins a request that is new, unless `refused`.
    ///
    /// A task that was cancelled before it began throws into the generator, as in Python: that
    /// error goes before the `input` of the request.
    fn begin<Y: 'static, S: 'static>(
        &mut self,
        method: &str,
        generator: &Generator<Y, S>,
        input: impl FnOnce() -> Result<S>,
        refused: impl FnOnce() -> Option<Error>,
    ) -> Result<Option<Result<S>>> {
        if *self == Self::Begun {
            return Ok(None);
        }
        *self = Self::Over;
        let thrown = take_unclaimed();
        if generator.is_running() {
            let text = format!("{method}(): asynchronous generator is already running");
            return Err(RuntimeError(text));
        }
        let input = match thrown {
            Some(error) => Err(error),
            None => match refused() {
                Some(error) => return Err(error),
                None => input(),
            },
        };
        *self = Self::Begun;
        generator.start_running();
        Ok(Some(input))
    }

    pub(super) fn poll_aclose<Y: 'static, S: 'static>(
        &mut self,
        generator: &Generator<Y, S>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<()>> {
        let refused = || refuse(generator);
        let exit = || {
            generator.close();
            Err(GeneratorExit())
        };
        let input = match self.begin("aclose", generator, exit, refused) {
            Ok(input) => input,
            Err(error) => return Poll::Ready(end_of_finished(error, generator)),
        };
        let step = ready!(generator.advance(input, cx));
        *self = Self::Over;
        generator.end_request(None);
        Poll::Ready(match step {
            Step::Yielded(_) => Err(RuntimeError("async generator ignored GeneratorExit")),
            Step::Raised(error) if is_end(&error) => Ok(()),
            Step::Raised(error) => Err(error),
        })
    }
}

/// Why a generator takes no `athrow` or `aclose` any more.
fn refuse<Y: 'static, S: 'static>(generator: &Generator<Y, S>) -> Option<Error> {
    let is_over = generator.is_finished() || generator.is_closed();
    is_over.then(Error::bare::<StopAsyncIteration>)
}

/// At the end of a generator such a request does nothing; one that was closed and went on says so.
fn end_of_finished<Y: 'static, S: 'static, T: Default>(
    error: Error,
    generator: &Generator<Y, S>,
) -> Result<T> {
    if generator.is_finished() && error.is::<StopAsyncIteration>() {
        return Ok(T::default());
    }
    Err(error)
}

/// The end of a request, of the type `R`, that was given up: half-way, or before it began.
fn give_up<R>(progress: Progress, method: &str, generator: &dyn RawGenerator) {
    match progress {
        Progress::New if is_thrown_into(type_name::<R>()) => {}
        Progress::New => log::warning(&format!(
            "RuntimeWarning: coroutine method '{method}' of '{}' was never awaited",
            generator.name()
        )),
        Progress::Begun => generator.stop_running(),
        Progress::Over => {}
    }
}

/// The coroutine that [`AsyncGenerator::anext`](super::AsyncGenerator::anext) and
/// [`asend`](super::AsyncGenerator::asend) return.
#[must_use = "a coroutine does nothing until it is awaited"]
pub struct AsyncGeneratorASend<Y: 'static, S: 'static> {
    generator: Rc<Generator<Y, S>>,
    progress: Progress,
    value: Option<S>,
}

impl<Y: 'static, S: 'static> AsyncGeneratorASend<Y, S> {
    pub(super) fn new(generator: Rc<Generator<Y, S>>, value: S) -> Self {
        Self { generator, progress: Progress::New, value: Some(value) }
    }
}

// Nothing of it is pinned.
impl<Y: 'static, S: 'static> Unpin for AsyncGeneratorASend<Y, S> {}

impl<Y: 'static, S: 'static> StdFuture for AsyncGeneratorASend<Y, S> {
    type Output = Result<Y>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<Y>> {
        let this = &mut *self;
        let generator = &this.generator;
        let value = || Ok(this.value.take().unwrap_or_else(|| none_again(generator)));
        let input = this.progress.begin("anext", &this.generator, value, || None)?;
        let step = ready!(this.generator.advance(input, cx));
        this.progress = Progress::Over;
        Poll::Ready(end(&this.generator, step))
    }
}

/// For a request that is polled when it is over.
#[cold]
fn none_again<Y, S: 'static>(generator: &Generator<Y, S>) -> S {
    generator.none()
}

/// What a request that asks for a value ends with.
fn end<Y: 'static, S: 'static>(generator: &Generator<Y, S>, step: Step<Y>) -> Result<Y> {
    match step {
        Step::Yielded(value) => {
            generator.end_request(None);
            Ok(value)
        }
        Step::Raised(error) => {
            generator.end_request(Some(&error));
            Err(error)
        }
    }
}

impl<Y: 'static, S: 'static> Drop for AsyncGeneratorASend<Y, S> {
    fn drop(&mut self) {
        give_up::<Self>(self.progress, "asend", &*self.generator);
    }
}

/// The coroutine that [`AsyncGenerator::athrow`](super::AsyncGenerator::athrow) returns.
#[must_use = "a coroutine does nothing until it is awaited"]
pub struct AsyncGeneratorAThrow<Y: 'static, S: 'static> {
    generator: Rc<Generator<Y, S>>,
    progress: Progress,
    error: Error,
}

impl<Y: 'static, S: 'static> AsyncGeneratorAThrow<Y, S> {
    pub(super) fn new(generator: Rc<Generator<Y, S>>, error: Error) -> Self {
        Self { generator, progress: Progress::New, error }
    }
}

impl<Y: 'static, S: 'static> Unpin for AsyncGeneratorAThrow<Y, S> {}

impl<Y: 'static, S: 'static> StdFuture for AsyncGeneratorAThrow<Y, S> {
    type Output = Result<Option<Y>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<Option<Y>>> {
        let this = &mut *self;
        let generator = &*this.generator;
        let thrown = || Err(this.error.clone());
        let input = match this.progress.begin("athrow", generator, thrown, || refuse(generator)) {
            Ok(input) => input,
            Err(error) => return Poll::Ready(end_of_finished(error, generator)),
        };
        let step = ready!(generator.advance(input, cx));
        this.progress = Progress::Over;
        Poll::Ready(end(generator, step).map(Some))
    }
}

impl<Y: 'static, S: 'static> Drop for AsyncGeneratorAThrow<Y, S> {
    fn drop(&mut self) {
        give_up::<Self>(self.progress, "athrow", &*self.generator);
    }
}

/// The coroutine that [`AsyncGenerator::aclose`](super::AsyncGenerator::aclose) returns.
#[must_use = "a coroutine does nothing until it is awaited"]
pub struct AsyncGeneratorAClose {
    generator: Rc<dyn RawGenerator>,
    progress: Progress,
}

impl AsyncGeneratorAClose {
    pub(crate) fn new(generator: Rc<dyn RawGenerator>) -> Self {
        Self { generator, progress: Progress::New }
    }
}

impl StdFuture for AsyncGeneratorAClose {
    type Output = Result<()>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let this = &mut *self;
        this.generator.poll_aclose(&mut this.progress, cx)
    }
}

impl Drop for AsyncGeneratorAClose {
    fn drop(&mut self) {
        give_up::<Self>(self.progress, "aclose", &*self.generator);
    }
}

impl<Y: 'static, S: 'static> fmt::Debug for AsyncGeneratorASend<Y, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<async_generator_asend object at {:p}>", &raw const *self)
    }
}

impl<Y: 'static, S: 'static> fmt::Debug for AsyncGeneratorAThrow<Y, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<async_generator_athrow object at {:p}>", &raw const *self)
    }
}

impl fmt::Debug for AsyncGeneratorAClose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<async_generator_athrow object at {:p}>", &raw const *self)
    }
}
