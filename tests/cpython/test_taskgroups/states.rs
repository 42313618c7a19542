//! When a group may be entered, and when it takes tasks.

use std::cell::RefCell;
use std::future::Future;
use std::pin::pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll, Waker};

use asyncio::{Error, Result, RuntimeError, TaskGroup, get_running_loop, sleep};

use super::{assert_group_of, fail_after, is_cancellation, zero_division};

under_both_factories! {
    test_taskgroup_already_entered,
    test_taskgroup_double_enter,
    test_taskgroup_finished,
    test_taskgroup_not_entered,
    test_taskgroup_without_parent_task,
    test_coro_closed_when_tg_closed,
    test_taskgroup_no_create_task_after_failure,
    test_taskgroup_cancel_before_create_task,
}

/// What was raised is a RuntimeError that says this.
#[track_caller]
fn assert_runtime_error<T>(says: &str, outcome: Result<T>) {
    let Err(error) = outcome else { panic!("nothing was raised") };
    assert!(error.is::<RuntimeError>() && error.to_string().contains(says), "{error:?}");
}

async fn enter_and_leave(group: &TaskGroup) -> Result<()> {
    group.run(async |_| asyncio::Ok(())).await
}

/// A coroutine, and what is gone when that was dropped.
fn coroutine() -> (impl Future<Output = Result<()>>, Weak<()>) {
    let held = Rc::new(());
    let probe = Rc::downgrade(&held);
    let coroutine = async move {
        sleep(0).await?;
        drop(held);
        asyncio::Ok(())
    };
    (coroutine, probe)
}

/// The group takes no task, says why, and drops the coroutine.
#[track_caller]
fn assert_refused(group: &TaskGroup, says: &str) {
    let (coroutine, probe) = coroutine();
    assert_runtime_error(says, group.create_task(coroutine));
    assert_eq!(probe.strong_count(), 0, "the coroutine is dropped");
}

mod BaseTestTaskGroup {
    use super::*;

    pub(super) async fn test_taskgroup_already_entered() -> Result<()> {
        TaskGroup::new()
            .run(async |group| {
                assert_runtime_error("has already been entered", enter_and_leave(group).await);
                asyncio::Ok(())
            })
            .await
    }

    pub(super) async fn test_taskgroup_double_enter() -> Result<()> {
        let group = TaskGroup::new();
        enter_and_leave(&group).await?;
        assert_runtime_error("has already been entered", enter_and_leave(&group).await);
        Ok(())
    }

    pub(super) async fn test_taskgroup_finished() -> Result<()> {
        let group = TaskGroup::new();
        enter_and_leave(&group).await?;
        assert_refused(&group, "is finished");
        Ok(())
    }

    pub(super) async fn test_taskgroup_not_entered() -> Result<()> {
        assert_refused(&TaskGroup::new(), "has not been entered");
        Ok(())
    }

    pub(super) async fn test_taskgroup_without_parent_task() -> Result<()> {
        let group = TaskGroup::new();
        let outcome = Rc::new(RefCell::new(None));
        let (entered, entering) = (Rc::clone(&outcome), group.clone());
        // A callback of the loop is no task.
        get_running_loop().call_soon(move || {
            let entering = pin!(enter_and_leave(&entering));
            entered.replace(Some(entering.poll(&mut Context::from_waker(Waker::noop()))));
        });
        sleep(0).await?;
        let Some(Poll::Ready(outcome)) = outcome.take() else { panic!("it waits") };
        assert_runtime_error("parent task", outcome);
        assert_refused(&group, "has not been entered");
        Ok(())
    }

    pub(super) async fn test_coro_closed_when_tg_closed() -> Result<()> {
        let mut closed = None;
        TaskGroup::new()
            .run(async |group| {
                closed = Some(group.clone());
                asyncio::Ok(())
            })
            .await?;
        assert_refused(&closed.expect("the body has run"), "is finished");
        Ok(())
    }

    pub(super) async fn test_taskgroup_no_create_task_after_failure() -> Result<()> {
        let refused: Rc<RefCell<Option<Error>>> = Rc::default();
        let outcome = TaskGroup::new()
            .run(async |group| {
                group.create_task(fail_after(0.001, zero_division()))?;
                let (parent, refused) = (group.clone(), Rc::clone(&refused));
                group.create_task(async move {
                    assert!(is_cancellation(&sleep(1).await));
                    let task = parent.create_task(fail_after(0.001, zero_division()));
                    refused.replace(task.err());
                    asyncio::Ok(())
                })?;
                asyncio::Ok(())
            })
            .await;
        assert_group_of(["ZeroDivisionError"], outcome);
        assert!(refused.take().expect("it was refused").is::<RuntimeError>());
        Ok(())
    }

    pub(super) async fn test_taskgroup_cancel_before_create_task() -> Result<()> {
        TaskGroup::new()
            .run(async |group| {
                group.cancel();
                assert_refused(group, "is shutting down");
                asyncio::Ok(())
            })
            .await
    }
}
