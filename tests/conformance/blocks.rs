//! Blocks under a timeout or in a group, and what runs in them.

use std::fmt::Display;
use std::future::Future as StdFuture;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use asyncio::{AnyTask, Awaitable, Error, Result, TaskGroup, Timeout, ValueError};

use crate::repr::Repr;
use crate::trace::{outcome, trace, watch};

impl Repr for Timeout {
    fn repr(&self) -> String {
        format!("{self:?}")
    }
}

impl Repr for TaskGroup {
    fn repr(&self) -> String {
        format!("{self:?}")
    }
}

pub(crate) async fn briefly<M>(_: &M) -> Result<()> {
    asyncio::sleep(0).await
}

pub(crate) async fn oversleep(_: &Timeout) -> Result<()> {
    watch("sleep", asyncio::sleep(10)).await
}

pub(crate) async fn value<T: Display>(result: T, delay: i32) -> Result<T> {
    watch(&format!("sleep of {result}"), asyncio::sleep(delay)).await?;
    Ok(result)
}

pub(crate) async fn failure(text: impl Into<String>, delay: i32) -> Result<()> {
    let text = text.into();
    watch(&format!("sleep of {text}"), asyncio::sleep(delay)).await?;
    Err(ValueError(text))
}

/// Fails when cancelled, after a while.
pub(crate) async fn failing_cleanup(text: &str, delay: i32) -> Result<()> {
    outcome(&format!("sleep of {text}"), asyncio::sleep(10)).await?;
    asyncio::sleep(delay).await?;
    Err(ValueError(text))
}

/// Obeys when cancelled, after a while.
pub(crate) async fn slow_cleanup(text: i32, delay: i32) -> Result<()> {
    let slept = watch(&format!("sleep of {text}"), asyncio::sleep(10)).await;
    watch(&format!("cleanup of {text}"), asyncio::sleep(delay)).await?;
    slept
}

/// Goes on when cancelled, for a while.
pub(crate) async fn stubborn(text: &str, delay: i32) -> Result<&str> {
    outcome(&format!("sleep of {text}"), asyncio::sleep(10)).await?;
    watch(&format!("{text} goes on"), asyncio::sleep(delay)).await?;
    Ok(text)
}

pub(crate) async fn never() -> Result<()> {
    trace!("this never runs");
    Ok(())
}

pub(crate) fn current_task() -> AnyTask {
    asyncio::current_task().expect("a task runs this")
}

/// The current task's count of requests to cancel it.
pub(crate) fn cancelling() -> u32 {
    current_task().cancelling()
}

/// Runs a coroutine, which must not suspend, outside of any task.
pub(crate) fn first_step<T>(coroutine: impl StdFuture<Output = Result<T>>) -> Result<T> {
    match pin!(coroutine).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => panic!("the coroutine suspended"),
    }
}

/// Awaits something that fails, and writes its exception with those before it.
pub(crate) async fn ancestry<A: Awaitable<Failure = Error>>(
    label: &str,
    awaitable: A,
) -> Result<()> {
    if let Err(error) = awaitable.await {
        trace!("{label} raised {}", ancestors(&error));
    }
    Ok(())
}

pub(crate) fn ancestors(error: &Error) -> String {
    let (cause, context) = (error.cause(), error.context());
    let mut text = format!("{error:?}");
    if let Some(cause) = &cause {
        text += &format!(" from ({})", ancestors(cause));
    }
    match (cause, context) {
        (Some(cause), Some(context)) if cause.is_same(&context) => {}
        (_, Some(context)) => text += &format!(" while handling ({})", ancestors(&context)),
        (Some(_), None) => text += " while handling nothing",
        (None, None) => {}
    }
    text
}
