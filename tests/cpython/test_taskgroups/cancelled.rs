//! A task that is cancelled in a group, and a group that is cancelled.

use std::cell::Cell;
use std::rc::Rc;

use asyncio::{
    AssertionError, CancelledError, Error, Event, Result, RuntimeError, TaskGroup, create_task,
    current_task, sleep, timeout,
};

use super::{
    MyExc, assert_group_of, cancel_later, count_cancellation, fail_after, fail_finally,
    is_cancellation, zero_division,
};

under_both_factories! {
    test_cancellation,
    test_taskgroup_07,
    test_taskgroup_08,
    test_taskgroup_11,
    test_taskgroup_12,
    test_taskgroup_15,
    test_taskgroup_16,
    test_taskgroup_17,
    test_taskgroup_18,
    test_error_and_cancel,
    test_taskgroup_cancel_children,
    test_taskgroup_cancel_body,
    test_taskgroup_cancel_idempotent,
    test_taskgroup_cancel_after_exit,
    test_taskgroup_cancel_before_enter,
    test_taskgroup_cancel_from_child_before_first_suspension,
    test_taskgroup_cancel_keeps_outer_cancellation,
    test_taskgroup_cancel_before_exception,
    test_taskgroup_cancel_after_exception,
    test_taskgroup_body_cancel_before_exception,
    test_taskgroup_body_cancel_after_exception,
}

/// A body that waits, with five children that fail as soon as they are cancelled.
async fn wait_with_five_failing(group: &TaskGroup) -> Result<()> {
    for _ in 0..5 {
        group.create_task(fail_finally(zero_division()))?;
    }
    sleep(10).await
}

/// A group whose child crashes while the body cleans up after its cancellation.
async fn crash_during_cleanup() -> Result<()> {
    TaskGroup::new()
        .run(async |group| {
            group.create_task(fail_after(0.3, zero_division()))?;
            let outcome = sleep(10).await;
            sleep(0.5).await?;
            outcome
        })
        .await
}

/// How many lines of a body run in a group that `cancel` cancels in the first of them, and
/// `before` it is entered.
async fn count_lines(before: fn(&TaskGroup), cancel: fn(&TaskGroup)) -> Result<i32> {
    let (group, count) = (TaskGroup::new(), Cell::new(0));
    before(&group);
    group
        .run(async |group| {
            cancel(group);
            count.update(|count| count + 1);
            sleep(0).await?;
            count.update(|count| count + 1);
            asyncio::Ok(())
        })
        .await?;
    Ok(count.get())
}

/// What the group raises if its one child is `child`, and the body waits.
async fn fail_in_child(child: fn(&TaskGroup) -> Result<()>) -> Result<()> {
    TaskGroup::new()
        .run(async |group| {
            let parent = group.clone();
            group.create_task(async move { child(&parent) })?;
            sleep(1).await
        })
        .await
}

mod BaseTestTaskGroup {
    use super::*;

    pub(super) async fn test_cancellation() -> Result<()> {
        let count = Rc::new(Cell::new(0));
        let counted = Rc::clone(&count);
        let outcome = cancel_later(async move {
            TaskGroup::new()
                .run(async |group| {
                    for _ in 0..5 {
                        group.create_task(count_cancellation(Rc::clone(&counted), 1))?;
                    }
                    asyncio::Ok(())
                })
                .await
        });
        assert!(is_cancellation(&outcome.await));
        assert_eq!(count.get(), 5);
        Ok(())
    }

    pub(super) async fn test_taskgroup_07() -> Result<()> {
        let count = Rc::new(Cell::new(0));
        let counted = Rc::clone(&count);
        let outcome = cancel_later(async move {
            TaskGroup::new()
                .run(async |group| {
                    for _ in 0..5 {
                        group.create_task(count_cancellation(Rc::clone(&counted), 1))?;
                    }
                    count_cancellation(counted, 10).await
                })
                .await
        });
        assert!(is_cancellation(&outcome.await));
        assert_eq!(count.get(), 15);
        Ok(())
    }

    pub(super) async fn test_taskgroup_08() -> Result<()> {
        let runner = async { TaskGroup::new().run(wait_with_five_failing).await };
        assert_group_of(["ZeroDivisionError"], cancel_later(runner).await);
        Ok(())
    }

    pub(super) async fn test_taskgroup_11() -> Result<()> {
        let runner = async {
            TaskGroup::new().run(async |_| TaskGroup::new().run(wait_with_five_failing).await).await
        };
        let raised = cancel_later(runner).await.unwrap_err();
        assert_group_of(["ZeroDivisionError"], Err(raised.exceptions()[0].clone()));
        assert_group_of(["ExceptionGroup"], Err(raised));
        Ok(())
    }

    pub(super) async fn test_taskgroup_12() -> Result<()> {
        let runner = async {
            TaskGroup::new()
                .run(async |group| {
                    group.create_task(sleep(10))?;
                    TaskGroup::new().run(wait_with_five_failing).await
                })
                .await
        };
        let raised = cancel_later(runner).await.unwrap_err();
        assert_group_of(["ZeroDivisionError"], Err(raised.exceptions()[0].clone()));
        assert_group_of(["ExceptionGroup"], Err(raised));
        Ok(())
    }

    pub(super) async fn test_taskgroup_15() -> Result<()> {
        assert_group_of(["ZeroDivisionError"], cancel_later(crash_during_cleanup()).await);
        Ok(())
    }

    pub(super) async fn test_taskgroup_16() -> Result<()> {
        let runner = async { create_task(crash_during_cleanup()).await };
        assert_group_of(["ZeroDivisionError"], cancel_later(runner).await);
        Ok(())
    }

    pub(super) async fn test_taskgroup_17() -> Result<()> {
        let count = Rc::new(Cell::new(0));
        let counted = Rc::clone(&count);
        let outcome = cancel_later(async move {
            TaskGroup::new().run(async |_| count_cancellation(counted, 10).await).await
        });
        assert!(is_cancellation(&outcome.await));
        assert_eq!(count.get(), 10);
        Ok(())
    }

    pub(super) async fn test_taskgroup_18() -> Result<()> {
        let count = Rc::new(Cell::new(0));
        let counted = Rc::clone(&count);
        let outcome = cancel_later(async move {
            TaskGroup::new()
                .run(async |_| {
                    let _ = count_cancellation(counted, 10).await;
                    Err(Error::from(MyExc))
                })
                .await
        });
        assert_group_of([&*Error::from(MyExc).class_name()], outcome.await);
        assert_eq!(count.get(), 10);
        Ok(())
    }

    pub(super) async fn test_error_and_cancel() -> Result<()> {
        async fn inner(event: Event) -> Result<()> {
            let task = current_task().expect("a task");
            let outcome = TaskGroup::new()
                .run(async |group| {
                    group.create_task(async move {
                        event.set();
                        sleep(0).await?;
                        Err::<(), _>(RuntimeError(""))
                    })?;
                    sleep(1).await?;
                    Err::<(), _>(AssertionError("the sleep was not cancelled"))
                })
                .await;
            assert_group_of(["RuntimeError"], outcome);
            assert_eq!(task.cancelling(), 1);
            sleep(1).await?;
            Err(AssertionError("the sleep was not cancelled"))
        }

        let event = Event::new();
        let task = create_task(inner(event.clone()));
        event.wait().await?;
        assert_eq!(task.cancelling(), 0);
        task.cancel();
        assert_eq!(task.cancelling(), 1);
        assert!(is_cancellation(&(&task).await));
        assert!(task.cancelled());
        Ok(())
    }

    pub(super) async fn test_taskgroup_cancel_children() -> Result<()> {
        let body = async |group: &TaskGroup| {
            group.create_task(sleep(10))?;
            group.create_task(sleep(10))?;
            sleep(0).await?;
            group.cancel();
            asyncio::Ok(())
        };
        timeout(1).run(async |_| TaskGroup::new().run(body).await).await
    }

    pub(super) async fn test_taskgroup_cancel_body() -> Result<()> {
        assert_eq!(count_lines(|_| {}, |group| group.cancel()).await?, 1);
        Ok(())
    }

    pub(super) async fn test_taskgroup_cancel_idempotent() -> Result<()> {
        let cancel_twice = |group: &TaskGroup| {
            group.cancel();
            group.cancel();
        };
        assert_eq!(count_lines(|_| {}, cancel_twice).await?, 1);
        Ok(())
    }

    pub(super) async fn test_taskgroup_cancel_after_exit() -> Result<()> {
        let group = TaskGroup::new();
        group.run(async |_| sleep(0).await).await?;
        group.cancel();
        // Nobody is cancelled by that.
        sleep(0).await
    }

    pub(super) async fn test_taskgroup_cancel_before_enter() -> Result<()> {
        assert_eq!(count_lines(|group| group.cancel(), |_| {}).await?, 1);
        Ok(())
    }

    pub(super) async fn test_taskgroup_cancel_from_child_before_first_suspension() -> Result<()> {
        let mut task = None;
        TaskGroup::new()
            .run(async |group| {
                let parent = group.clone();
                task = Some(group.create_task(async move {
                    parent.cancel();
                    sleep(10).await?;
                    Err::<(), _>(AssertionError("the child was not cancelled"))
                })?);
                asyncio::Ok(())
            })
            .await?;
        assert!(task.expect("the body has run").cancelled());
        Ok(())
    }

    pub(super) async fn test_taskgroup_cancel_keeps_outer_cancellation() -> Result<()> {
        let (cancelling, release) = (Event::new(), Event::new());
        let (told, released) = (cancelling.clone(), release.clone());
        let child = async move {
            let outcome = sleep(10).await;
            // By now the group has cancelled its parent, and waits for this task.
            told.set();
            released.wait().await?;
            outcome
        };
        let task = create_task(async move {
            TaskGroup::new()
                .run(async |group| {
                    group.create_task(child)?;
                    sleep(0).await?;
                    group.cancel();
                    asyncio::Ok(())
                })
                .await
        });
        cancelling.wait().await?;
        task.cancel_with("message");
        release.set();
        let raised = task.await.unwrap_err();
        let cancelled = raised.downcast_ref::<CancelledError>().expect("a cancellation");
        assert_eq!(cancelled.message(), "message");
        Ok(())
    }

    pub(super) async fn test_taskgroup_cancel_before_exception() -> Result<()> {
        let outcome = fail_in_child(|group| {
            group.cancel();
            Err(RuntimeError(""))
        });
        assert_group_of(["RuntimeError"], outcome.await);
        Ok(())
    }

    pub(super) async fn test_taskgroup_cancel_after_exception() -> Result<()> {
        let outcome = fail_in_child(|group| {
            let failed = Err(RuntimeError(""));
            group.cancel();
            failed
        });
        assert_group_of(["RuntimeError"], outcome.await);
        Ok(())
    }

    pub(super) async fn test_taskgroup_body_cancel_before_exception() -> Result<()> {
        let outcome = TaskGroup::new()
            .run(async |group| {
                group.cancel();
                Err(RuntimeError(""))
            })
            .await;
        assert_group_of(["RuntimeError"], outcome);
        Ok(())
    }

    pub(super) async fn test_taskgroup_body_cancel_after_exception() -> Result<()> {
        let outcome = TaskGroup::new()
            .run(async |group| {
                let failed = Err(RuntimeError(""));
                group.cancel();
                failed
            })
            .await;
        assert_group_of(["RuntimeError"], outcome);
        Ok(())
    }
}
