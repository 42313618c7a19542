//! `sleep`.

use std::any::Any;
use std::cell::Cell;
use std::future::Future as StdFuture;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context as TaskContext, Poll};

use super::step;
use crate::base_events::EventLoop;
use crate::contextvars::Context;
use crate::events::{RawHandle, RawTimer, TimerHandle, get_running_loop, timer_repr};
use crate::exceptions::{Result, ValueError};
use crate::futures::{self, CancelMessage, Core, Future, RawFuture, Typed, value_repr};
use crate::raw::current;
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
pub async fn sleep(delay: impl IntoDelay) -> Result<()> {
    let delay = delay.into_delay();
    if delay <= 0.0 {
        return Yield { yielded: false }.await;
    }
    if delay.is_nan() {
        return Err(ValueError("Invalid delay: NaN (not a number)"));
    }
    let (future, _timer) = set_later(delay);
    future.await
}

/// A future, and the timer that ends it after `delay` seconds. No handle of the loop is kept
/// in the coroutine: the loop owns the coroutine.
#[track_caller]
fn set_later(delay: f64) -> (Future<()>, CancelOnDrop) {
    let loop_ = get_running_loop();
    let alarm = Rc::new(Alarm {
        core: Core::new(&loop_),
        value: Cell::new(None),
        when: loop_.time() + delay,
        scheduled: Cell::new(false),
        cancelled: Cell::new(false),
    });
    let timer = loop_.schedule(Rc::clone(&alarm));
    (Future(alarm), CancelOnDrop(timer))
}

/// What a sleep waits for: Python's future and the timer that sets it, in one allocation.
struct Alarm {
    core: Core,
    value: Cell<Option<()>>,
    when: f64,
    scheduled: Cell<bool>,
    cancelled: Cell<bool>,
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

    fn callback_repr(&self) -> Option<String> {
        (!self.cancelled.get()).then(|| self.callback_name())
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

/// The `finally` of a timer's user.
struct CancelOnDrop(TimerHandle);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// A bare yield: gives up the rest of this iteration.
struct Yield {
    yielded: bool,
}

impl StdFuture for Yield {
    type Output = Result<()>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Result<()>> {
        if let Some(error) = current::with(|task| task.and_then(step::take_plain_throw)) {
            return Poll::Ready(Err(error));
        }
        if self.yielded {
            return Poll::Ready(Ok(()));
        }
        self.yielded = true;
        let is_own_step = current::with(|task| {
            let task = task.map(|task| task.task_core());
            let task = task.filter(|task| task.waker.is(cx.waker()));
            task.is_some_and(|task| {
                task.yielded.set(true);
                true
            })
        });
        if !is_own_step {
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }
}
