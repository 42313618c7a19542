//! The generator itself: its body, the wire to it, and what the loop knows of it.

use std::any::type_name;
use std::cell::Cell;
use std::future::{Future as StdFuture, poll_fn};
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll};

use super::Sent;
use super::operations::Progress;
use crate::base_events::{EventLoop, Inner};
use crate::events;
use crate::exceptions::{
    Error, GeneratorExit, Result, RuntimeError, StopAsyncIteration, StopIteration, TypeError,
};
use crate::format_helpers;
use crate::tasks;

type Body = Pin<Box<dyn StdFuture<Output = Result<()>>>>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// No line of the body has run.
    Created,
    /// The body waits at a `yield_!`.
    Yielding,
    /// The body waits at an await: a request is under way, or was dropped half-way.
    Awaiting,
    /// The body is being polled.
    Executing,
    Finished,
}

pub(crate) struct Generator<Y: 'static, S: 'static> {
    body: Cell<Option<Body>>,
    wire: Rc<Wire<Y, S>>,
    sent: WhatIsSent<S>,
    /// The name of the function that made it, as Rust writes it.
    type_name: &'static str,
    phase: Cell<Phase>,
    /// Python's `ag_running`: a request was begun and is not over.
    running: Cell<bool>,
    /// Python's `ag_closed`.
    closed: Cell<bool>,
    hooks: Cell<Hooks>,
}

/// What there is to know of `S`: looked up where a generator is made, so that one of a type that
/// is refused there is not refused again wherever it is used.
struct WhatIsSent<S> {
    none: fn() -> S,
    is_none: fn(&S) -> bool,
}

impl<S> Clone for WhatIsSent<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for WhatIsSent<S> {}

/// What the loop knows of a generator.
#[derive(Default)]
enum Hooks {
    /// Nothing was asked of it yet.
    #[default]
    None,
    /// It was first asked outside of a loop, or the loop has heard of its end.
    Over,
    /// The loop in which it was first asked has it under this number.
    Known(Weak<Inner>, u64),
}

/// What goes between a generator and its body.
pub(super) struct Wire<Y, S> {
    yielded: Cell<Option<Y>>,
    resumed: Cell<Option<Result<S>>>,
}

/// Through this the body of an [`AsyncGenerator`](super::AsyncGenerator) gives its values.
pub struct Yielder<Y, S = ()>(Rc<Wire<Y, S>>);

impl<Y, S> Yielder<Y, S> {
    /// Gives `value` to whoever asked for one, and waits until somebody asks again: Python's
    /// `yield`.
    ///
    /// The outcome is what was sent, which is `None` unless by `asend`.
    ///
    /// # Errors
    /// What `athrow` throws, and GeneratorExit when the generator is closed.
    pub async fn yield_(&self, value: Y) -> Result<S> {
        // Of the futures of ours the first one that a step polls takes what it throws.
        if let Some(error) = tasks::take_unclaimed() {
            return Err(error);
        }
        let wire = &self.0;
        drop(wire.resumed.take());
        drop(wire.yielded.replace(Some(value)));
        poll_fn(|_| match wire.resumed.take() {
            Some(resumed) => Poll::Ready(resumed),
            None => {
                tasks::begin_yield();
                Poll::Pending
            }
        })
        .await
    }
}

impl<Y, S> std::fmt::Debug for Yielder<Y, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Yielder").finish_non_exhaustive()
    }
}

/// What came of it that the body went on.
pub(super) enum Step<Y> {
    Yielded(Y),
    /// An error, or the StopAsyncIteration of its end.
    Raised(Error),
}

/// A generator without its types.
pub(crate) trait RawGenerator {
    /// Goes on with an `aclose`.
    fn poll_aclose(&self, progress: &mut Progress, cx: &mut Context<'_>) -> Poll<Result<()>>;

    /// The request that was under way is none any more.
    fn stop_running(&self);

    /// Python's `__qualname__`.
    fn name(&self) -> String;

    /// Python's repr.
    fn repr(&self) -> String;
}

impl<Y: 'static, S: 'static> Generator<Y, S> {
    pub(super) fn new<B, F>(body: B) -> Rc<Self>
    where
        S: Sent,
        B: FnOnce(Yielder<Y, S>) -> F,
        F: StdFuture<Output = Result<()>> + 'static,
    {
        let wire = Rc::new(Wire { yielded: Cell::new(None), resumed: Cell::new(None) });
        let body: Body = Box::pin(body(Yielder(Rc::clone(&wire))));
        Rc::new(Self {
            body: Cell::new(Some(body)),
            wire,
            sent: WhatIsSent { none: S::none, is_none: S::is_none },
            type_name: type_name::<B>(),
            phase: Cell::new(Phase::Created),
            running: Cell::new(false),
            closed: Cell::new(false),
            hooks: Cell::default(),
        })
    }

    /// What `anext` sends.
    #[inline]
    pub(super) fn none(&self) -> S {
        (self.sent.none)()
    }

    /// Tells the running loop of the generator when it is asked for the first time.
    pub(super) fn init_hooks(self: &Rc<Self>) {
        let hooks = match self.hooks.take() {
            Hooks::None => match events::_get_running_loop() {
                Some(loop_) => {
                    let raw: Rc<dyn RawGenerator> = self.clone();
                    let number = loop_._asyncgen_firstiter_hook(&raw);
                    Hooks::Known(Rc::downgrade(&loop_.0), number)
                }
                None => Hooks::Over,
            },
            known => known,
        };
        self.hooks.set(hooks);
    }

    pub(super) fn is_running(&self) -> bool {
        self.running.get()
    }

    pub(super) fn start_running(&self) {
        self.running.set(true);
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.get()
    }

    pub(super) fn is_finished(&self) -> bool {
        self.phase.get() == Phase::Finished
    }

    /// The request is over; its error may close the generator.
    pub(super) fn end_request(&self, raised: Option<&Error>) {
        self.running.set(false);
        if raised.is_some_and(is_end) {
            self.closed.set(true);
        }
    }

    /// Polls the body, which first gets the `input` of a new request.
    pub(super) fn advance(&self, input: Option<Result<S>>, cx: &mut Context<'_>) -> Poll<Step<Y>> {
        match (self.phase.get(), input) {
            (Phase::Finished, Some(Err(error))) => return Poll::Ready(Step::Raised(error)),
            (Phase::Finished, _) => {
                return Poll::Ready(Step::Raised(Error::bare::<StopAsyncIteration>()));
            }
            (Phase::Created, Some(Err(error))) => {
                self.finish();
                return Poll::Ready(Step::Raised(error));
            }
            (Phase::Created, Some(Ok(sent))) if !(self.sent.is_none)(&sent) => {
                return Poll::Ready(Step::Raised(TypeError(
                    "can't send non-None value to a just-started async generator",
                )));
            }
            (Phase::Awaiting, Some(Err(error))) => return self.throw_at_await(error, cx),
            (Phase::Yielding, Some(input)) => drop(self.wire.resumed.replace(Some(input))),
            _ => {}
        }
        self.poll_body(cx)
    }

    fn poll_body(&self, cx: &mut Context<'_>) -> Poll<Step<Y>> {
        let Some(mut body) = self.body.take() else {
            return Poll::Ready(Step::Raised(RuntimeError("async generator already executing")));
        };
        self.phase.set(Phase::Executing);
        let finished_if_it_panics = Executing(&self.phase);
        let polled = body.as_mut().poll(cx);
        drop(finished_if_it_panics);
        let Poll::Ready(outcome) = polled else {
            self.body.set(Some(body));
            let yielded = self.wire.yielded.take();
            self.phase.set(if yielded.is_some() { Phase::Yielding } else { Phase::Awaiting });
            return yielded.map_or(Poll::Pending, |value| Poll::Ready(Step::Yielded(value)));
        };
        drop(body);
        Poll::Ready(Step::Raised(match outcome {
            Ok(()) => Error::bare::<StopAsyncIteration>(),
            Err(error) => no_stop_iteration(error),
        }))
    }

    /// Raises an error at the await where a dropped request has left the body: at the first
    /// future of ours. If there is none, the body ends there.
    fn throw_at_await(&self, error: Error, cx: &mut Context<'_>) -> Poll<Step<Y>> {
        let (step, unclaimed) = tasks::throw_while(error, || self.poll_body(cx));
        match (step, unclaimed) {
            (Some(step), None) => step,
            (Some(Poll::Ready(step)), Some(_)) => Poll::Ready(step),
            (_, Some(error)) => {
                self.finish();
                Poll::Ready(Step::Raised(error))
            }
            (None, None) => unreachable!("an error is thrown or given back"),
        }
    }

    /// Drops the body where it is.
    fn finish(&self) {
        self.phase.set(Phase::Finished);
        drop(self.body.take());
    }
}

impl<Y: 'static, S: 'static> RawGenerator for Generator<Y, S> {
    fn poll_aclose(&self, progress: &mut Progress, cx: &mut Context<'_>) -> Poll<Result<()>> {
        progress.poll_aclose(self, cx)
    }

    fn stop_running(&self) {
        self.running.set(false);
    }

    fn name(&self) -> String {
        format_helpers::coroutine_name(self.type_name)
    }

    fn repr(&self) -> String {
        format!("<async_generator object {} at {:p}>", self.name(), &raw const *self)
    }
}

impl<Y: 'static, S: 'static> Generator<Y, S> {
    /// Marks it as one that is being closed.
    pub(super) fn close(&self) {
        self.closed.set(true);
    }

    /// The same generator once more, for the task that closes it.
    fn revive(&mut self) -> Rc<Self> {
        Rc::new(Self {
            body: Cell::new(self.body.take()),
            wire: Rc::clone(&self.wire),
            sent: self.sent,
            type_name: self.type_name,
            phase: Cell::new(self.phase.get()),
            running: Cell::new(false),
            closed: Cell::new(false),
            hooks: Cell::new(Hooks::Over),
        })
    }
}

impl<Y: 'static, S: 'static> Drop for Generator<Y, S> {
    fn drop(&mut self) {
        let Hooks::Known(loop_, number) = self.hooks.take() else { return };
        let Some(loop_) = loop_.upgrade().map(EventLoop) else { return };
        let is_over = self.is_finished() || self.closed.get();
        loop_.forget_asyncgen(number);
        if !is_over {
            loop_._asyncgen_finalizer_hook(|| self.revive());
        }
    }
}

/// Leaves a body that panics finished.
struct Executing<'a>(&'a Cell<Phase>);

impl Drop for Executing<'_> {
    fn drop(&mut self) {
        tasks::end_yield();
        self.0.set(Phase::Finished);
    }
}

/// Whether an error says that the generator has ended.
pub(super) fn is_end(error: &Error) -> bool {
    error.is::<StopAsyncIteration>() || error.is::<GeneratorExit>()
}

/// What Python makes of a StopIteration or StopAsyncIteration that leaves a generator.
fn no_stop_iteration(error: Error) -> Error {
    let text = if error.is::<StopAsyncIteration>() {
        "async generator raised StopAsyncIteration"
    } else if error.is::<StopIteration>() {
        "async generator raised StopIteration"
    } else {
        return error;
    };
    RuntimeError(text).with_cause(error.clone()).with_context(error)
}
