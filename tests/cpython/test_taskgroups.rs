//! `test_taskgroups.py`: each case as it is, and once more with tasks that start eagerly.

/// Makes two tests of each function of `BaseTestTaskGroup`, in CPython's two classes.
macro_rules! under_both_factories {
    ($($test:ident,)*) => {
        mod TestTaskGroup {
            $(
                #[asyncio::test(virtual_time = true)]
                async fn $test() -> asyncio::Result<()> {
                    super::BaseTestTaskGroup::$test().await
                }
            )*
        }

        mod TestEagerTaskTaskGroup {
            $(
                #[asyncio::test(loop_factory = crate::test_taskgroups::new_eager_loop)]
                async fn $test() -> asyncio::Result<()> {
                    super::BaseTestTaskGroup::$test().await
                }
            )*
        }
    };
}

mod cancelled;
mod children;
mod failures;
mod kept;
mod states;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt;
use std::future::Future as StdFuture;
use std::rc::Rc;

use asyncio::{
    CancelledError, Error, EventLoop, Result, ZeroDivisionError, create_task, eager_task_factory,
    sleep,
};

fn new_eager_loop() -> EventLoop {
    let loop_ = EventLoop::with_virtual_clock();
    loop_.set_task_factory(eager_task_factory);
    loop_
}

/// An exception of the test's own.
#[derive(Debug)]
struct MyExc;

impl fmt::Display for MyExc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("mine")
    }
}

impl std::error::Error for MyExc {}

fn zero_division() -> Error {
    ZeroDivisionError("division by zero")
}

async fn fail_after(delay: f64, error: Error) -> Result<()> {
    sleep(delay).await?;
    Err(error)
}

/// Sleeps, and fails with `error` whatever ends the sleep: Python's `finally: raise`.
async fn fail_finally(error: Error) -> Result<()> {
    let _ = sleep(10).await;
    Err(error)
}

/// Sleeps for so long that it is cancelled, and adds `step` then.
async fn count_cancellation(count: Rc<Cell<i32>>, step: i32) -> Result<()> {
    let outcome = sleep(10).await;
    if is_cancellation(&outcome) {
        count.update(|count| count + step);
    }
    outcome
}

fn is_cancellation<T>(outcome: &Result<T>) -> bool {
    outcome.as_ref().is_err_and(|error| error.is::<CancelledError>())
}

/// What a task ends with that is cancelled after a while.
async fn cancel_later(runner: impl StdFuture<Output = Result<()>> + 'static) -> Result<()> {
    let task = create_task(runner);
    sleep(0.1).await?;
    assert!(!task.done());
    task.cancel();
    task.await
}

/// The classes of the members of what was raised, which is a group of the class `group`.
#[track_caller]
fn types_in(group: &str, outcome: Result<()>) -> BTreeSet<String> {
    let error = outcome.expect_err("a group is raised");
    assert_eq!(error.class_name(), group);
    error.exceptions().iter().map(Error::class_name).collect()
}

/// What was raised is an `ExceptionGroup` of errors of these classes.
#[track_caller]
fn assert_group_of<const N: usize>(classes: [&str; N], outcome: Result<()>) {
    assert_eq!(types_in("ExceptionGroup", outcome), classes.map(str::to_owned).into());
}
