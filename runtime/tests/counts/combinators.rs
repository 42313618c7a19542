//! `gather`, `wait`, `wait_for`, `shield`, `TaskGroup`, `timeout`, `as_completed`.

use asyncio::{
    FIRST_COMPLETED, Result, Task, TaskGroup, TimeoutError, ValueError, WaitOptions, create_task,
};

use crate::counters::Counters;

#[test]
fn a_task_is_polled_for_its_start_and_for_each_wait() -> Result<()> {
    for yields in 0..4 {
        let counters = Counters::default();
        let child = counters.child(yields);
        drop(counters.run(async { create_task(child).await })?);
        counters.expect(2, 1 + yields, 0);
    }
    Ok(())
}

#[test]
fn an_await_in_place_is_polled_with_its_task() -> Result<()> {
    let counters = Counters::default();
    drop(counters.run(counters.child(3))?);
    counters.expect(4, 4, 0);
    Ok(())
}

#[test]
fn a_borrowed_task_clones_its_result() -> Result<()> {
    let counters = Counters::default();
    let child = counters.child(0);
    counters.run(async {
        let task = create_task(child);
        for _ in 0..3 {
            drop((&task).await?);
        }
        drop(task.result()?);
        drop(task.await?);
        asyncio::Ok(())
    })?;
    counters.expect(2, 1, 4);
    Ok(())
}

#[test]
fn an_eager_task_that_does_not_wait_is_polled_once() -> Result<()> {
    let counters = Counters::default();
    let (quick, slow) = (counters.child(0), counters.child(1));
    let children = counters.children.clone();
    counters.run(async move {
        let options = || asyncio::TaskOptions::new().eager_start(true);
        let quick = asyncio::tasks::create_task_with(quick, options());
        assert_eq!((children.count(), children.alive()), (1, 1));
        drop(quick.await?);
        drop(asyncio::tasks::create_task_with(slow, options()).await?);
        asyncio::Ok(())
    })?;
    counters.expect(2, 3, 0);
    Ok(())
}

#[test]
fn gather_polls_each_as_often_as_it_waits() -> Result<()> {
    let counters = Counters::default();
    let arguments = (counters.child(0), counters.child(1), counters.child(5));
    let children = counters.children.clone();
    let results = counters.run(async move {
        let results = asyncio::gather(arguments).await?;
        assert_eq!(children.alive(), 0);
        asyncio::Ok(results)
    })?;
    assert_eq!(counters.values.alive(), 3);
    drop(results);
    counters.expect(2, 1 + 2 + 6, 0);
    Ok(())
}

#[test]
fn gather_of_many_is_polled_when_all_are_done() -> Result<()> {
    let counters = Counters::default();
    let arguments: Vec<_> = (0..100).map(|n| counters.child(n % 3)).collect();
    let results = counters.run(async move { asyncio::gather_all(arguments).await })?;
    assert_eq!(results.len(), 100);
    drop(results);
    counters.expect(2, 34 + 2 * 33 + 3 * 33, 0);
    Ok(())
}

#[test]
fn gather_that_failed_leaves_the_others_alone() -> Result<()> {
    let counters = Counters::default();
    let (slow, children) = (counters.child(5), counters.children.clone());
    let failing = children.of(async { Err::<(), _>(ValueError("x")) });
    counters.run(async move {
        let slow = create_task(slow);
        assert!(asyncio::gather((&slow, failing)).await.is_err());
        assert_eq!(children.count(), 1 + 3);
        drop(slow.await?);
        asyncio::Ok(())
    })?;
    counters.expect(3, 1 + 6, 0);
    Ok(())
}

#[test]
fn gather_that_is_cancelled_polls_each_once_more() -> Result<()> {
    let counters = Counters::default();
    let arguments: Vec<_> = (0..10).map(|_| counters.sleeper(3600)).collect();
    counters.run(async move {
        let outer = asyncio::gather_all(arguments);
        asyncio::sleep(1).await?;
        outer.cancel();
        assert!(outer.await.is_err());
        asyncio::Ok(())
    })?;
    counters.expect(3, 10 * 2, 0);
    Ok(())
}

#[test]
fn wait_polls_nobody_and_takes_nothing() -> Result<()> {
    let counters = Counters::default();
    let arguments: Vec<_> = (1..=4).map(|seconds| counters.sleeper(seconds)).collect();
    counters.run(async move {
        let tasks: Vec<Task<_>> = arguments.into_iter().map(create_task).collect();
        let options = WaitOptions::new().return_when(FIRST_COMPLETED);
        let (done, pending) = asyncio::wait_with(&tasks, options).await?;
        assert_eq!((done.len(), pending.len()), (1, 3));
        asyncio::wait(&tasks).await?;
        asyncio::Ok(())
    })?;
    counters.expect(3, 4 * 2, 0);
    Ok(())
}

#[test]
fn wait_for_polls_in_place() -> Result<()> {
    let counters = Counters::default();
    let child = counters.child(3);
    drop(counters.run(async move { asyncio::wait_for(child, 1).await })?);
    counters.expect(4, 4, 0);
    Ok(())
}

#[test]
fn wait_for_polls_once_more_when_the_time_is_over() -> Result<()> {
    let counters = Counters::default();
    let child = counters.sleeper(3600);
    let error = counters.run(async move { asyncio::wait_for(child, 1).await }).err();
    assert!(error.expect("it is late").is::<TimeoutError>());
    counters.expect(2, 2, 0);
    Ok(())
}

#[test]
fn wait_for_without_time_polls_nothing() -> Result<()> {
    let counters = Counters::default();
    let child = counters.child(0);
    assert!(counters.run(async move { asyncio::wait_for(child, 0).await }).is_err());
    counters.expect(2, 0, 0);
    Ok(())
}

#[test]
fn shield_takes_the_result_through() -> Result<()> {
    let counters = Counters::default();
    let child = counters.child(2);
    drop(counters.run(async move { asyncio::shield(child).await })?);
    counters.expect(2, 3, 0);
    Ok(())
}

#[test]
fn shield_that_is_cancelled_leaves_the_inner_alone() -> Result<()> {
    let counters = Counters::default();
    let child = counters.sleeper(2);
    counters.run(async move {
        let outer = asyncio::shield(child);
        outer.cancel();
        assert!(outer.await.is_err());
        asyncio::sleep(3).await
    })?;
    counters.expect(2, 2, 0);
    Ok(())
}

#[test]
fn a_group_is_polled_when_its_last_child_is_done() -> Result<()> {
    let counters = Counters::default();
    let arguments: Vec<_> = (0..5).map(|n| counters.child(n)).collect();
    let children = counters.children.clone();
    counters.run(async move {
        let body = async |group: &TaskGroup| {
            for argument in arguments {
                group.create_task(argument)?;
            }
            asyncio::Ok(())
        };
        TaskGroup::new().run(body).await?;
        assert_eq!(children.alive(), 0);
        asyncio::Ok(())
    })?;
    counters.expect(2, 1 + 2 + 3 + 4 + 5, 0);
    Ok(())
}

#[test]
fn a_failing_group_polls_each_once_more() -> Result<()> {
    let counters = Counters::default();
    let arguments: Vec<_> = (0..5).map(|_| counters.sleeper(3600)).collect();
    let failing = counters.children.of(async { Err::<(), _>(ValueError("x")) });
    let outcome = counters.run(async move {
        let body = async |group: &TaskGroup| {
            for argument in arguments {
                group.create_task(argument)?;
            }
            group.create_task(failing)?;
            asyncio::sleep(3600).await
        };
        TaskGroup::new().run(body).await
    });
    assert!(outcome.is_err());
    // Of the body: its start, its cancellation, and the end of its children.
    counters.expect(3, 5 * 2 + 1, 0);
    Ok(())
}

#[test]
fn a_timeout_polls_no_more_than_its_body_waits() -> Result<()> {
    for (limit, polls) in [(10, 4), (2, 3), (0, 2)] {
        let counters = Counters::default();
        let body = counters.children.of(async {
            for _ in 0..3 {
                asyncio::sleep(1).await?;
            }
            asyncio::Ok(())
        });
        let outcome =
            counters.run(async move { asyncio::timeout(limit).run(async |_| body.await).await });
        assert_eq!(outcome.is_ok(), limit == 10);
        counters.expect(polls, polls, 0);
    }
    Ok(())
}

#[test]
fn as_completed_polls_once_for_each_result() -> Result<()> {
    let counters = Counters::default();
    let arguments: Vec<_> = (1..=6).rev().map(|seconds| counters.sleeper(seconds)).collect();
    counters.run(async move {
        for step in asyncio::as_completed(arguments) {
            drop(step.await?);
        }
        asyncio::Ok(())
    })?;
    counters.expect(1 + 6, 6 * 2, 0);
    Ok(())
}
