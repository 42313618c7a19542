//! Locks: who waits is polled again when it is his turn, and not before.

use std::rc::Rc;

use asyncio::{Barrier, Condition, Event, Lock, Result, Semaphore, create_task, sleep};

use crate::counters::Counters;

const WAITING: u32 = 10;

/// Starts tasks that wait, lets them, does something, and waits for them.
fn check<F>(
    wait: impl Fn(u32) -> F,
    then: impl AsyncFnOnce() -> Result<()> + 'static,
    children: u32,
) where
    F: Future<Output = Result<()>> + 'static,
{
    let counters = Counters::default();
    let waiting: Vec<_> = (0..WAITING).map(|n| counters.children.of(wait(n))).collect();
    let polls = counters.children.clone();
    let run = counters.run(async move {
        let tasks: Vec<_> = waiting.into_iter().map(create_task).collect();
        sleep(0).await?;
        assert_eq!(polls.count(), WAITING);
        then().await?;
        asyncio::gather_all(tasks).await
    });
    run.expect("nothing fails");
    counters.expect(3, children, 0);
}

#[test]
fn a_lock() {
    let lock = Lock::new();
    let held = lock.clone();
    check(
        move |number| {
            let lock = lock.clone();
            async move {
                lock.acquire().await?;
                if number == 0 {
                    sleep(0).await?;
                }
                lock.release()
            }
        },
        async move || {
            assert!(held.locked());
            Ok(())
        },
        2 * WAITING,
    );
}

#[test]
fn a_semaphore() {
    let semaphore = Semaphore::new(0);
    let released = semaphore.clone();
    check(
        move |_| {
            let semaphore = semaphore.clone();
            async move { semaphore.acquire().await.map(drop) }
        },
        async move || {
            (0..WAITING).for_each(|_| released.release());
            Ok(())
        },
        2 * WAITING,
    );
}

#[test]
fn an_event() {
    let event = Event::new();
    let set = event.clone();
    check(
        move |_| {
            let event = event.clone();
            async move { event.wait().await.map(drop) }
        },
        async move || {
            set.set();
            set.clear();
            Ok(())
        },
        2 * WAITING,
    );
}

#[test]
fn a_condition() {
    let condition = Rc::new(Condition::new());
    let notified = Rc::clone(&condition);
    check(
        move |_| {
            let condition = Rc::clone(&condition);
            async move { condition.lock().await?.wait().await.map(drop) }
        },
        async move || notified.lock().await?.notify_all(),
        2 * WAITING,
    );
}

#[test]
fn a_barrier() {
    let barrier = Barrier::new(WAITING as usize);
    check(
        move |_| {
            let barrier = barrier.clone();
            async move { barrier.wait().await.map(drop) }
        },
        async || Ok(()),
        2 * (WAITING - 1) + 1,
    );
}

#[test]
fn those_who_are_cancelled_are_polled_once_more() -> Result<()> {
    let counters = Counters::default();
    let lock = Lock::new();
    let waiting: Vec<_> = (0..WAITING)
        .map(|_| {
            let lock = lock.clone();
            counters.children.of(async move {
                lock.acquire().await?;
                lock.release()
            })
        })
        .collect();
    counters.run(async move {
        lock.acquire().await?;
        let tasks: Vec<_> = waiting.into_iter().map(create_task).collect();
        sleep(0).await?;
        tasks.iter().step_by(2).for_each(|task| _ = task.cancel());
        lock.release()?;
        asyncio::gather_all_return_exceptions(tasks).await
    })?;
    counters.expect(3, 2 * WAITING, 0);
    Ok(())
}
