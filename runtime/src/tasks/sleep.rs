//! `sleep`.

use std::any::Any;
use std::cell::Cell;
use std::fmt;
use std::future::Future as StdFuture;
use std::mem;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context as TaskContext, Poll, Waker, ready};

use super::flags::{THROWING, YIELDED};
use super::step;
use crate::base_events::EventLoop;
use crate::contextvars::Context;
use crate::events::{Created, RawHandle, RawTimer, get_running_loop, timer_repr};
use crate::exceptions::{Error, Result, ValueError};
use crate::futures::{
    self, CancelMessage, Core, Rare, RawFuture, Registration, Typed, poll_reading, value_repr,
};
use crate::raw::current::{self, Current};
use crate::raw::place;
use crate::timeouts::IntoDelay;

/// Suspends the task for `delay` seconds.
///
/// With zero or less the task goes on in the next iteration: the way to let others run.
/// Mirrors `asyncio.sleep`.
///
/// # Errors
/// ValueError if the delay is not a number.
///
/// # Cancellation
/// `CancelledError` is raised here and the timer is cancelled.
///
/// ```
/// # fn main() -> asyncio::Result<()> {
/// async fn main() -> asyncio::Result<()> {
///     asyncio::sleep(0.001).await?;
///     asyncio::sleep(std::time::Duration::from_millis(1)).await
/// }
/// asyncio::run(main())
/// # }
/// ```
pub fn sleep(delay: impl IntoDelay) -> Sleep {
    Sleep(State::Unstarted(delay.into_delay()))
}

/// The coroutine of [`sleep`].
///
/// The time runs from the first poll, as the coroutine's does in Python.
#[must_use = "coroutines do nothing unless you `.await` them or make a task of them"]
pub struct Sleep(State);

enum State {
    Unstarted(f64),
    /// A bare yield: what is left of this iteration was given up.
    Yielded,
    Waiting(Rc<Alarm>),
    Done,
}

impl StdFuture for Sleep {
    type Output = Result<()>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Result<()>> {
        match &self.0 {
            State::Unstarted(delay) if *delay <= 0.0 => {
                if let Some(error) = current::with(|task| give_way(task, cx.waker())) {
                    return Poll::Ready(Err(error));
                }
                self.0 = State::Yielded;
                Poll::Pending
            }
            State::Yielded => {
                self.0 = State::Done;
                let thrown = current::with(|task| step::take_plain_throw(task?.task_core));
                Poll::Ready(thrown.map_or(Ok(()), Err))
            }
            _ => self.poll_alarm(cx),
        }
    }
}

impl Sleep {
    #[inline(never)]
    fn poll_alarm(&mut self, cx: &TaskContext<'_>) -> Poll<Result<()>> {
        match &self.0 {
            State::Unstarted(delay) => {
                let alarm = set_alarm(*delay)?;
                let polled = alarm.poll(cx);
                self.0 = State::Waiting(alarm);
                polled
            }
            State::Waiting(alarm) => {
                let outcome = ready!(alarm.poll(cx));
                self.finish();
                Poll::Ready(outcome)
            }
            _ => panic!("cannot reuse already awaited coroutine"),
        }
    }

    /// Python's `finally`.
    fn finish(&mut self) {
        if let State::Waiting(alarm) = mem::replace(&mut self.0, State::Done) {
            RawHandle::cancel(&*alarm);
            // The loop may have the cancelled timer for long.
            alarm.registration.take_back();
        }
    }
}

impl Drop for Sleep {
    #[inline]
    fn drop(&mut self) {
        if let State::Waiting(_) = self.0 {
            self.finish();
        }
    }
}

impl fmt::Debug for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<coroutine object sleep>")
    }
}

#[track_caller]
fn set_alarm(delay: f64) -> Result<Rc<Alarm>> {
    if delay.is_nan() {
        return Err(ValueError("Invalid delay: NaN (not a number)"));
    }
    let loop_ = get_running_loop();
    let rare = Rare::new(loop_.created());
    let when = loop_.time() + delay;
    let alarm = place::rc(|| Alarm {
        core: Core::new(Rc::downgrade(&loop_.0), rare),
        value: Cell::new(None),
        when,
        scheduled: Cell::new(false),
        cancelled: Cell::new(false),
        registration: Registration::default(),
    });
    loop_.schedule(Rc::clone(&alarm));
    Ok(alarm)
}

/// A bare yield: has whoever polls go on in the next iteration; or the error to raise instead.
fn give_way(task: Option<&Current<'_>>, waker: &Waker) -> Option<Error> {
    if let Some(task) = task {
        let core = task.task_core;
        if core.flags.has(THROWING) {
            return step::take_plain_throw(core);
        }
        if core.waker.is(waker) {
            core.flags.set(YIELDED);
            return None;
        }
    }
    waker.wake_by_ref();
    None
}

/// What a sleep waits for: Python's future and the timer that sets it, in one allocation.
struct Alarm {
    core: Core,
    value: Cell<Option<()>>,
    when: f64,
    scheduled: Cell<bool>,
    cancelled: Cell<bool>,
    registration: Registration,
}

impl Alarm {
    fn poll(self: &Rc<Self>, cx: &TaskContext<'_>) -> Poll<Result<()>> {
        let read = || self.core.read_error().map_or(Ok(()), Err);
        poll_reading(&self.core, &self.registration, || self.clone(), cx, read)
    }
}

impl RawFuture for Alarm {
    fn core(&self) -> &Core {
        &self.core
    }

    fn cancel(self: Rc<Self>, message: CancelMessage) -> bool {
        let future: Rc<dyn RawFuture> = self;
        futures::finish_cancelled(&future, message, None)
    }

    fn downcast(self: Rc<Self>, slot: &mut dyn Any) {
        futures::fill(slot, self);
    }

    fn result_repr(&self) -> String {
        value_repr(&self.value)
    }
}

impl Typed<()> for Alarm {
    fn value(&self) -> &Cell<Option<()>> {
        &self.value
    }
}

impl RawHandle for Alarm {
    /// Python's `_set_result_unless_cancelled`.
    fn run(self: Rc<Self>, _loop: &EventLoop) -> Result<()> {
        if self.cancelled.get() || self.core.done() {
            return Ok(());
        }
        let future: Rc<dyn Typed<()>> = self;
        futures::finish_with(&future, ())
    }

    fn cancel(&self) {
        if !self.cancelled.replace(true)
            && self.scheduled.get()
            && let Some(loop_) = self.core.try_get_loop()
        {
            loop_.timer_handle_cancelled();
        }
    }

    fn cancelled(&self) -> bool {
        self.cancelled.get()
    }

    // The timer is nobody's but the sleep's: what it calls looks at no context.
    fn get_context(&self) -> Context {
        Context::new()
    }

    fn callback_name(&self) -> String {
        "_set_result_unless_cancelled()".to_owned()
    }

    fn created(&self) -> Created {
        self.core.created()
    }

    fn repr(&self) -> String {
        timer_repr(self)
    }
}

impl RawTimer for Alarm {
    fn when(&self) -> f64 {
        self.when
    }

    fn scheduled(&self) -> &Cell<bool> {
        &self.scheduled
    }
}

/// [`sleep`] that gives `result` at its end: Python's `sleep(delay, result)`.
///
/// # Errors
/// As [`sleep`].
///
/// # Cancellation
/// As [`sleep`].
pub async fn sleep_with<T>(delay: impl IntoDelay, result: T) -> Result<T> {
    sleep(delay).await?;
    Ok(result)
}
