//! Children that are waited for: their results, names, contexts, and their own children.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use asyncio::{
    ContextVar, Event, Result, TaskGroup, TaskOptions, copy_context, create_task, current_task,
    sleep, sleep_with,
};

use super::{assert_group_of, is_cancellation, zero_division};

under_both_factories! {
    test_taskgroup_01,
    test_taskgroup_02,
    test_taskgroup_03,
    test_taskgroup_22,
    test_taskgroup_23,
    test_taskgroup_24,
    test_taskgroup_25,
    test_taskgroup_task_name,
    test_name,
    test_taskgroup_task_context,
    test_taskgroup_cancel_one_winner,
}

mod BaseTestTaskGroup {
    use super::*;

    pub(super) async fn test_taskgroup_01() -> Result<()> {
        let mut tasks = None;
        TaskGroup::new()
            .run(async |group| {
                let first = group.create_task(sleep_with(0.1, 42))?;
                tasks = Some((first, group.create_task(sleep_with(0.2, 11))?));
                asyncio::Ok(())
            })
            .await?;
        let (first, second) = tasks.expect("the body has run");
        assert_eq!((first.result()?, second.result()?), (42, 11));
        Ok(())
    }

    pub(super) async fn test_taskgroup_02() -> Result<()> {
        let mut tasks = None;
        TaskGroup::new()
            .run(async |group| {
                let first = group.create_task(sleep_with(0.1, 42))?;
                sleep(0.15).await?;
                tasks = Some((first, group.create_task(sleep_with(0.2, 11))?));
                asyncio::Ok(())
            })
            .await?;
        let (first, second) = tasks.expect("the body has run");
        assert_eq!((first.result()?, second.result()?), (42, 11));
        Ok(())
    }

    pub(super) async fn test_taskgroup_03() -> Result<()> {
        let mut tasks = None;
        TaskGroup::new()
            .run(async |group| {
                let first = group.create_task(sleep_with(1, 42))?;
                sleep(0.15).await?;
                first.cancel();
                tasks = Some((first, group.create_task(sleep_with(0.2, 11))?));
                asyncio::Ok(())
            })
            .await?;
        let (first, second) = tasks.expect("the body has run");
        assert!(first.cancelled());
        assert_eq!(second.result()?, 11);
        Ok(())
    }

    pub(super) async fn test_taskgroup_22() -> Result<()> {
        let runner = create_task(async {
            TaskGroup::new()
                .run(async |group| {
                    group.create_task(sleep_with(1, 42))?;
                    group.create_task(sleep_with(2, 11))?;
                    asyncio::Ok(())
                })
                .await
        });
        sleep(0.05).await?;
        runner.cancel();
        assert!(is_cancellation(&runner.await));
        Ok(())
    }

    /// The tasks of a group, as its repr counts them.
    fn count_tasks(group: &TaskGroup) -> usize {
        let repr = format!("{group:?}");
        let Some((_, count)) = repr.split_once(" tasks=") else { return 0 };
        let digits = count.split([' ', '>']).next().unwrap_or_default();
        digits.parse().expect("a number of tasks")
    }

    pub(super) async fn test_taskgroup_23() -> Result<()> {
        TaskGroup::new()
            .run(async |group| {
                for count in 0..10 {
                    sleep(0.1).await?;
                    group.create_task(sleep(0.3))?;
                    if count == 5 {
                        assert!((1..5).contains(&count_tasks(group)), "{group:?}");
                    }
                }
                sleep(1.35).await?;
                assert_eq!(count_tasks(group), 0);
                asyncio::Ok(())
            })
            .await
    }

    pub(super) async fn test_taskgroup_24() -> Result<()> {
        let started = asyncio::get_running_loop().time();
        TaskGroup::new()
            .run(async |group| {
                let parent = group.clone();
                group.create_task(async move {
                    sleep(0.1).await?;
                    parent.create_task(sleep(0.1))?;
                    parent.create_task(sleep(0.2))?;
                    asyncio::Ok(())
                })?;
                asyncio::Ok(())
            })
            .await?;
        // The children of the child were waited for.
        assert!(asyncio::get_running_loop().time() - started >= 0.3 - 1e-9);
        Ok(())
    }

    async fn hydra(group: TaskGroup, heads: Rc<Cell<i32>>) -> Result<()> {
        heads.update(|heads| heads + 1);
        sleep(0.01).await?;
        for _ in 0..2 {
            // Without the box the type of the coroutine would contain itself.
            let head: std::pin::Pin<Box<dyn Future<Output = Result<()>>>> =
                Box::pin(hydra(group.clone(), Rc::clone(&heads)));
            group.create_task(head)?;
        }
        Ok(())
    }

    pub(super) async fn test_taskgroup_25() -> Result<()> {
        let heads = Rc::new(Cell::new(0));
        let outcome = TaskGroup::new()
            .run(async |group| {
                group.create_task(hydra(group.clone(), Rc::clone(&heads)))?;
                let counted = Rc::clone(&heads);
                group.create_task(async move {
                    while counted.get() < 10 {
                        sleep(0.015).await?;
                    }
                    Err::<(), _>(zero_division())
                })?;
                asyncio::Ok(())
            })
            .await;
        assert_group_of(["ZeroDivisionError"], outcome);
        assert!(heads.get() >= 10);
        Ok(())
    }

    pub(super) async fn test_taskgroup_task_name() -> Result<()> {
        TaskGroup::new()
            .run(async |group| {
                let options = TaskOptions::new().name("yolo");
                let task = group.create_task_with(sleep(0), options)?;
                assert_eq!(task.get_name(), "yolo");
                asyncio::Ok(())
            })
            .await
    }

    pub(super) async fn test_name() -> Result<()> {
        let name = Rc::new(RefCell::new(None));
        TaskGroup::new()
            .run(async |group| {
                let seen = Rc::clone(&name);
                let child = async move {
                    seen.replace(current_task().map(|task| task.get_name()));
                    asyncio::Ok(())
                };
                group.create_task_with(child, TaskOptions::new().name("example name"))?;
                asyncio::Ok(())
            })
            .await?;
        assert_eq!(name.take().as_deref(), Some("example name"));
        Ok(())
    }

    pub(super) async fn test_taskgroup_task_context() -> Result<()> {
        static VARIABLE: ContextVar<i32> = ContextVar::new("cvar");
        let set_later = async |value| {
            sleep(0).await?;
            VARIABLE.set(value);
            asyncio::Ok(())
        };
        TaskGroup::new()
            .run(async move |group| {
                let context = copy_context();
                assert_eq!(context.get(&VARIABLE), None);
                for value in [1, 2] {
                    let options = TaskOptions::new().context(&context);
                    group.create_task_with(set_later(value), options)?.await?;
                    assert_eq!(context.get(&VARIABLE), Some(value));
                }
                asyncio::Ok(())
            })
            .await
    }

    pub(super) async fn test_taskgroup_cancel_one_winner() -> Result<()> {
        let (event, record) = (Event::new(), Rc::new(RefCell::new(Vec::new())));
        let outcome = Rc::new(Cell::new(None));
        TaskGroup::new()
            .run(async |group| {
                for number in 1..=3 {
                    let (event, record) = (event.clone(), Rc::clone(&record));
                    let (outcome, group_of) = (Rc::clone(&outcome), group.clone());
                    group.create_task(async move {
                        record.borrow_mut().push(format!("{number} started"));
                        if number == 3 {
                            event.set();
                            sleep(10).await?;
                        } else {
                            event.wait().await?;
                        }
                        record.borrow_mut().push(format!("{number} finished"));
                        outcome.set(Some(number));
                        group_of.cancel();
                        asyncio::Ok(())
                    })?;
                }
                asyncio::Ok(())
            })
            .await?;
        assert_eq!(outcome.get(), Some(1));
        assert_eq!(record.take(), ["1 started", "2 started", "3 started", "1 finished"]);
        Ok(())
    }
}
