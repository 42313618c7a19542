//! What a group raises when its body or its children fail.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use asyncio::{
    AssertionError, AsyncContextManager, BaseException, Error, Event, GeneratorExit,
    KeyboardInterrupt, Result, RuntimeError, Task, TaskGroup, TypeError, ValueError, async_with,
    create_task, current_task, sleep, sleep_with,
};

use super::{
    MyExc, assert_group_of, count_cancellation, fail_after, fail_finally, is_cancellation,
    types_in, zero_division,
};

under_both_factories! {
    test_taskgroup_04,
    test_cancel_children_on_child_error,
    test_taskgroup_09,
    test_taskgroup_10,
    test_taskgroup_13,
    test_taskgroup_14,
    test_taskgroup_19,
    test_taskgroup_20,
    test_taskgroup_20a,
    test_taskgroup_21a,
    test_taskgroup_context_manager_exit_raises,
    test_cancelling_level_preserved,
    test_nested_groups_both_cancelled,
    test_cancels_task_if_created_during_creation,
    test_cancellation_does_not_leak_out_of_tg,
    test_taskgroup_generator_exit_01,
    test_taskgroup_generator_exit_02,
    test_taskgroup_generator_exit_03,
    test_taskgroup_generator_exit_04,
}

fn cancelling() -> u32 {
    current_task().expect("a task").cancelling()
}

/// A group in which a child crashes while the body fails with `error` because of that.
async fn crash_twice(crash: Error, error: Error) -> Result<()> {
    TaskGroup::new()
        .run(async |group| {
            group.create_task(fail_after(0.1, crash))?;
            fail_finally(error).await
        })
        .await
}

/// A group that waits for two children when its body fails, with what became of them.
async fn fail_with_two_children(delay: Option<f64>) -> (Result<()>, Task<i32>, Task<i32>) {
    let mut tasks = None;
    let outcome = TaskGroup::new()
        .run(async |group| {
            let first = group.create_task(sleep_with(1, 42))?;
            tasks = Some((first, group.create_task(sleep_with(2, 11))?));
            if let Some(delay) = delay {
                sleep(delay).await?;
            }
            Err(zero_division())
        })
        .await;
    let (first, second) = tasks.expect("the body has run");
    (outcome, first, second)
}

/// A group in a group, each with a child that crashes after a delay.
async fn crash_nested(outer: f64, inner: f64) -> Result<()> {
    let error = || ValueError("crashed");
    TaskGroup::new()
        .run(async |group| {
            group.create_task(fail_after(outer, error()))?;
            TaskGroup::new()
                .run(async |group| {
                    group.create_task(fail_after(inner, error()))?;
                    asyncio::Ok(())
                })
                .await
        })
        .await
}

mod BaseTestTaskGroup {
    use super::*;

    pub(super) async fn test_taskgroup_04() -> Result<()> {
        let cancelled = Rc::new(Cell::new(0));
        let second: Rc<RefCell<Option<Task<()>>>> = Rc::default();
        let (counted, created) = (Rc::clone(&cancelled), Rc::clone(&second));
        let runner = create_task(async move {
            TaskGroup::new()
                .run(async |group| {
                    group.create_task(fail_after(0.1, zero_division()))?;
                    let child = count_cancellation(counted, 1);
                    created.replace(Some(group.create_task(child)?));
                    asyncio::Ok(())
                })
                .await?;
            Err::<(), _>(AssertionError("the group raised nothing"))
        });
        assert_group_of(["ZeroDivisionError"], runner.await);
        assert_eq!(cancelled.get(), 1);
        assert!(second.take().expect("it was created").cancelled());
        Ok(())
    }

    pub(super) async fn test_cancel_children_on_child_error() -> Result<()> {
        let (child_cancelled, body_cancelled) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
        let (child, body) = (Rc::clone(&child_cancelled), Rc::clone(&body_cancelled));
        let runner = create_task(async move {
            TaskGroup::new()
                .run(async |group| {
                    for _ in 0..3 {
                        group.create_task(fail_after(0.1, zero_division()))?;
                    }
                    group.create_task(count_cancellation(child, 1))?;
                    count_cancellation(body, 1).await
                })
                .await?;
            Err::<(), _>(AssertionError("the group raised nothing"))
        });
        assert_group_of(["ZeroDivisionError"], runner.await);
        assert_eq!((child_cancelled.get(), body_cancelled.get()), (1, 1));
        Ok(())
    }

    pub(super) async fn test_taskgroup_09() -> Result<()> {
        let (outcome, first, second) = fail_with_two_children(Some(0.1)).await;
        assert_group_of(["ZeroDivisionError"], outcome);
        assert!(first.cancelled() && second.cancelled());
        Ok(())
    }

    pub(super) async fn test_taskgroup_10() -> Result<()> {
        let (outcome, first, second) = fail_with_two_children(None).await;
        assert_group_of(["ZeroDivisionError"], outcome);
        assert!(first.cancelled() && second.cancelled());
        Ok(())
    }

    pub(super) async fn test_taskgroup_13() -> Result<()> {
        assert_group_of(["ValueError"], create_task(crash_nested(0.1, 10.0)).await);
        Ok(())
    }

    pub(super) async fn test_taskgroup_14() -> Result<()> {
        let raised = create_task(crash_nested(10.0, 0.1)).await.unwrap_err();
        assert_group_of(["ValueError"], Err(raised.exceptions()[0].clone()));
        assert_group_of(["ExceptionGroup"], Err(raised));
        Ok(())
    }

    pub(super) async fn test_taskgroup_19() -> Result<()> {
        let outcome = create_task(crash_twice(zero_division(), MyExc.into())).await;
        let mine = Error::from(MyExc).class_name();
        assert_group_of([&mine, "ZeroDivisionError"], outcome);
        Ok(())
    }

    pub(super) async fn test_taskgroup_20() -> Result<()> {
        let outcome = crash_twice(zero_division(), KeyboardInterrupt()).await;
        assert!(outcome.unwrap_err().is::<KeyboardInterrupt>());
        Ok(())
    }

    pub(super) async fn test_taskgroup_20a() -> Result<()> {
        let outcome = crash_twice(zero_division(), BaseException("mine")).await;
        let types = types_in("BaseExceptionGroup", outcome);
        assert_eq!(types, ["BaseException", "ZeroDivisionError"].map(str::to_owned).into());
        Ok(())
    }

    pub(super) async fn test_taskgroup_21a() -> Result<()> {
        let outcome = crash_twice(BaseException("mine"), TypeError("")).await;
        let types = types_in("BaseExceptionGroup", outcome);
        assert_eq!(types, ["BaseException", "TypeError"].map(str::to_owned).into());
        Ok(())
    }

    pub(super) async fn test_taskgroup_context_manager_exit_raises() -> Result<()> {
        struct Database;

        impl AsyncContextManager for Database {
            type Value = ();

            async fn aenter(&self) -> Result<()> {
                Ok(())
            }

            async fn aexit(&self, _error: Option<&Error>) -> Result<bool> {
                Err(MyExc.into())
            }
        }

        let main = create_task(async {
            let outcome = TaskGroup::new()
                .run(async |group| {
                    let body = async |()| {
                        group.create_task(async { Err::<(), _>(MyExc) })?;
                        sleep(1).await
                    };
                    async_with(&Database, body).await
                })
                .await;
            assert_eq!(cancelling(), 0);
            assert_eq!(outcome.as_ref().unwrap_err().exceptions().len(), 2);
            assert_group_of([&*Error::from(MyExc).class_name()], outcome);
            asyncio::Ok(())
        });
        main.await
    }

    pub(super) async fn test_cancelling_level_preserved() -> Result<()> {
        let outcome = TaskGroup::new()
            .run(async |group| {
                group.create_task(fail_after(0.0, RuntimeError("")))?;
                asyncio::Ok(())
            })
            .await;
        assert_group_of(["RuntimeError"], outcome);
        assert_eq!(cancelling(), 0);
        Ok(())
    }

    pub(super) async fn test_nested_groups_both_cancelled() -> Result<()> {
        let outcome = TaskGroup::new()
            .run(async |outer| {
                let outcome = TaskGroup::new()
                    .run(async |inner| {
                        inner.create_task(fail_after(0.0, RuntimeError("")))?;
                        outer.create_task(fail_after(0.0, ValueError("")))?;
                        asyncio::Ok(())
                    })
                    .await;
                assert_group_of(["RuntimeError"], outcome);
                assert_eq!(cancelling(), 1);
                asyncio::Ok(())
            })
            .await;
        assert_group_of(["ValueError"], outcome);
        assert_eq!(cancelling(), 0);
        Ok(())
    }

    pub(super) async fn test_cancels_task_if_created_during_creation() -> Result<()> {
        let ran = Rc::new(Cell::new(false));
        let outcome = TaskGroup::new()
            .run(async |group| {
                let (parent, ran) = (group.clone(), Rc::clone(&ran));
                group.create_task(async move {
                    parent.create_task(async { Err::<(), _>(MyExc) })?;
                    // An eager task is cancelled in the first of these, another one in the second.
                    let waited = async {
                        sleep(0).await?;
                        sleep(0).await
                    };
                    ran.set(is_cancellation(&waited.await));
                    asyncio::Ok(())
                })?;
                asyncio::Ok(())
            })
            .await;
        assert!(ran.get());
        assert_group_of([&*Error::from(MyExc).class_name()], outcome);
        Ok(())
    }

    pub(super) async fn test_cancellation_does_not_leak_out_of_tg() -> Result<()> {
        let outcome = TaskGroup::new()
            .run(async |group| {
                group.create_task(async { Err::<(), _>(MyExc) })?;
                asyncio::Ok(())
            })
            .await;
        assert_group_of([&*Error::from(MyExc).class_name()], outcome);
        sleep(0).await
    }

    /// CPython closes an asynchronous generator that is suspended in the body: what the body
    /// sees of that is a GeneratorExit, which must come out of the group as it is.
    pub(super) async fn test_taskgroup_generator_exit_01() -> Result<()> {
        let outcome = TaskGroup::new().run(async |_| Err(GeneratorExit())).await;
        assert_eq!(outcome.unwrap_err().class_name(), "GeneratorExit");
        Ok(())
    }

    pub(super) async fn test_taskgroup_generator_exit_02() -> Result<()> {
        let outcome = TaskGroup::new()
            .run(async |group| {
                group.create_task(async { Err::<(), _>(GeneratorExit()) })?;
                asyncio::Ok(())
            })
            .await;
        let types = types_in("BaseExceptionGroup", outcome);
        assert_eq!(types, ["GeneratorExit".to_owned()].into());
        Ok(())
    }

    pub(super) async fn test_taskgroup_generator_exit_03() -> Result<()> {
        let outcome = TaskGroup::new()
            .run(async |group| {
                group.create_task(async { Err::<(), _>(GeneratorExit()) })?;
                group.create_task(async { Err::<(), _>(AssertionError("t2 failed")) })?;
                asyncio::Ok(())
            })
            .await;
        let types = types_in("BaseExceptionGroup", outcome);
        assert_eq!(types, ["AssertionError", "GeneratorExit"].map(str::to_owned).into());
        Ok(())
    }

    /// As the first, but a child has failed before the generator is closed.
    pub(super) async fn test_taskgroup_generator_exit_04() -> Result<()> {
        let event = Event::new();
        let outcome = TaskGroup::new()
            .run(async |group| {
                let started = event.clone();
                group.create_task(async move {
                    started.set();
                    Err::<(), _>(AssertionError("t failed"))
                })?;
                event.wait().await?;
                Err(GeneratorExit())
            })
            .await;
        let types = types_in("BaseExceptionGroup", outcome);
        assert_eq!(types, ["AssertionError", "GeneratorExit"].map(str::to_owned).into());
        Ok(())
    }
}
