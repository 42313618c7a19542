//! Futures that are dropped half-way, by a foreign `select!`, and guards.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;

use asyncio::{
    Barrier, BoundedSemaphore, Condition, Event, Lock, Result, RuntimeError, Semaphore, async_with,
    create_task, sleep,
};

use crate::shows;

/// Polls a future once, as somebody who then loses interest.
async fn poll_once<F: Future>(mut future: Pin<&mut F>) -> Poll<F::Output> {
    poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await
}

#[asyncio::test]
async fn a_dropped_acquire_wakes_the_next() -> Result<()> {
    let lock = Lock::new();
    lock.acquire().await?;
    let mut first = Box::pin(lock.acquire());
    assert!(poll_once(first.as_mut()).await.is_pending());
    let second = create_task(lock.acquire());
    sleep(0).await?;
    lock.release()?;
    drop(first);
    assert!(second.await?);
    assert!(shows(&lock, "locked"));
    Ok(())
}

#[asyncio::test]
async fn a_dropped_acquire_gives_its_permit_back() -> Result<()> {
    let semaphore = Semaphore::new(0);
    let mut first = Box::pin(semaphore.acquire());
    assert!(poll_once(first.as_mut()).await.is_pending());
    let second = create_task(semaphore.acquire());
    sleep(0).await?;
    semaphore.release();
    drop(first);
    assert!(second.await?);
    assert!(shows(&semaphore, "locked"));
    semaphore.release();
    assert!(shows(&semaphore, "unlocked, value:1"));
    Ok(())
}

#[asyncio::test]
async fn a_dropped_wait_leaves_the_line() -> Result<()> {
    let event = Event::new();
    let mut wait = Box::pin(event.wait());
    assert!(poll_once(wait.as_mut()).await.is_pending());
    assert!(shows(&event, "unset, waiters:1"));
    drop(wait);
    assert!(shows(&event, "unset"));
    Ok(())
}

#[asyncio::test]
async fn a_future_that_was_never_polled_leaves_no_trace() -> Result<()> {
    let (lock, semaphore) = (Lock::new(), Semaphore::new(1));
    drop(lock.acquire());
    drop(lock.lock());
    drop(semaphore.permit());
    assert!(shows(&lock, "unlocked") && shows(&semaphore, "unlocked, value:1"));
    Ok(())
}

#[asyncio::test]
async fn a_dropped_wait_passes_its_notification_on_and_loses_the_lock() -> Result<()> {
    let condition = Condition::new();
    let guard = condition.lock().await?;
    let mut wait = Box::pin(guard.wait());
    assert!(poll_once(wait.as_mut()).await.is_pending());
    let waiting = condition.clone();
    let second = create_task(async move { waiting.lock().await?.wait().await });
    sleep(0).await?;

    let other = condition.lock().await?;
    other.notify(1)?;
    drop(wait);
    // The lock is somebody else's: the guard neither uses nor releases it.
    assert!(guard.notify(1).unwrap_err().is::<RuntimeError>());
    assert!(guard.wait().await.unwrap_err().is::<RuntimeError>());
    drop(guard);
    assert!(condition.locked());
    drop(other);
    assert!(second.await?);
    assert!(shows(&condition, "unlocked"));
    Ok(())
}

#[asyncio::test]
async fn a_wait_that_is_dropped_while_it_acquires_the_lock_wakes_the_next() -> Result<()> {
    let condition = Condition::new();
    let guard = condition.lock().await?;
    let mut wait = Box::pin(guard.wait());
    assert!(poll_once(wait.as_mut()).await.is_pending());
    let other = condition.lock().await?;
    other.notify(1)?;
    assert!(poll_once(wait.as_mut()).await.is_pending());
    let third = create_task(condition.acquire());
    sleep(0).await?;
    drop(other);
    drop(wait);
    assert!(third.await?);
    Ok(())
}

#[asyncio::test]
async fn a_dropped_wait_leaves_the_barrier() -> Result<()> {
    let barrier = Barrier::new(2);
    let mut wait = Box::pin(barrier.wait());
    assert!(poll_once(wait.as_mut()).await.is_pending());
    assert_eq!(barrier.n_waiting(), 1);
    drop(wait);
    assert_eq!(barrier.n_waiting(), 0);
    assert_eq!(asyncio::gather((barrier.wait(), barrier.wait())).await?, (0, 1));
    Ok(())
}

#[asyncio::test]
async fn a_barrier_drains_when_those_inside_are_dropped() -> Result<()> {
    let barrier = Barrier::new(2);
    let mut wait = Box::pin(barrier.wait());
    assert!(poll_once(wait.as_mut()).await.is_pending());
    assert_eq!(barrier.wait().await?, 1);
    assert!(shows(&barrier, "draining, waiters:0/2"));
    let late = create_task(barrier.wait());
    sleep(0).await?;
    drop(wait);
    assert!(shows(&barrier, "filling, waiters:0/2"));
    assert_eq!(asyncio::gather((late, barrier.wait())).await?, (0, 1));
    Ok(())
}

#[asyncio::test]
async fn a_select_loses_no_lock() -> Result<()> {
    let lock = Lock::new();
    for _ in 0..100 {
        let guard = lock.lock().await?;
        let contended = lock.clone();
        let task = create_task(async move {
            let (locking, yielding) = (pin!(contended.lock()), pin!(sleep(0)));
            let _ = futures::future::select(locking, yielding).await;
            asyncio::Ok(())
        });
        sleep(0).await?;
        drop(guard);
        task.await?;
        assert!(shows(&lock, "unlocked"));
    }
    Ok(())
}

#[asyncio::test]
async fn guards_release_what_is_still_theirs() -> Result<()> {
    let (lock, bounded) = (Lock::new(), BoundedSemaphore::new(1));
    let guard = lock.lock().await?;
    lock.release()?;
    drop(guard);
    assert!(shows(&lock, "unlocked"));
    let permit = bounded.permit().await?;
    assert!(bounded.locked());
    bounded.release()?;
    drop(permit);
    assert!(shows(&bounded, "unlocked, value:1"));
    Ok(())
}

#[asyncio::test]
async fn a_block_releases_at_its_end_and_when_it_is_dropped() -> Result<()> {
    let (lock, semaphore) = (Lock::new(), Semaphore::new(2));
    async_with(&lock, async |()| {
        assert!(lock.locked());
        asyncio::Ok(())
    })
    .await?;
    assert!(shows(&lock, "unlocked"));
    let error = async_with(&lock, async |()| lock.release()).await.unwrap_err();
    assert_eq!(error.to_string(), "Lock is not acquired.");

    let mut first = Box::pin(async_with(&semaphore, async |()| sleep(3600).await));
    assert!(poll_once(first.as_mut()).await.is_pending());
    async_with(&semaphore, async |()| sleep(0).await).await?;
    assert!(shows(&semaphore, "unlocked, value:1"));
    drop(first);
    assert!(shows(&semaphore, "unlocked, value:2"));

    let mut block = Box::pin(async_with(&lock, async |()| sleep(3600).await));
    assert!(poll_once(block.as_mut()).await.is_pending());
    assert!(shows(&lock, "locked"));
    drop(block);
    assert!(shows(&lock, "unlocked"));
    Ok(())
}

#[test]
fn a_closed_loop_frees_what_its_tasks_held() {
    let (lock, semaphore) = (Lock::new(), Semaphore::new(1));
    let loop_ = asyncio::new_event_loop();
    loop_.set_exception_handler(|_, _| ());
    for _ in 0..3 {
        let (lock, semaphore) = (lock.clone(), semaphore.clone());
        loop_.create_task(async move {
            let _permit = semaphore.permit().await?;
            let _guard = lock.lock().await?;
            sleep(3600).await
        });
    }
    loop_.run_until_complete(sleep(0)).unwrap();
    assert!(shows(&semaphore, "locked, waiters:2") && shows(&lock, "locked"));
    loop_.close().unwrap();
    assert!(shows(&semaphore, "unlocked, value:1") && shows(&lock, "unlocked"));
}
