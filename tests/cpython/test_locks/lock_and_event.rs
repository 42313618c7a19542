//! `LockTests` and `EventTests`.

use asyncio::{
    CancelledError, Event, Future, Lock, Result, RuntimeError, async_with, create_task, gather,
    get_running_loop, sleep,
};

use super::shows;
use crate::support::Log;

mod LockTests {
    use super::*;

    #[asyncio::test]
    async fn test_repr() -> Result<()> {
        let lock = Lock::new();
        assert!(shows(&lock, "unlocked"));
        lock.acquire().await?;
        assert!(shows(&lock, "locked"));
        Ok(())
    }

    #[asyncio::test]
    async fn test_acquire() -> Result<()> {
        let (lock, log) = (Lock::new(), Log::new());
        assert!(lock.acquire().await?);
        let start = |number| {
            let (lock, log) = (lock.clone(), log.clone());
            create_task(async move {
                if lock.acquire().await? {
                    log.push(number);
                }
                asyncio::Ok(true)
            })
        };
        let (first, second) = (start(1), start(2));
        sleep(0).await?;
        assert!(log.entries().is_empty());
        lock.release()?;
        sleep(0).await?;
        assert_eq!(log.entries(), [1]);
        sleep(0).await?;
        assert_eq!(log.entries(), [1]);
        let third = start(3);
        lock.release()?;
        sleep(0).await?;
        assert_eq!(log.entries(), [1, 2]);
        lock.release()?;
        sleep(0).await?;
        assert_eq!(log.entries(), [1, 2, 3]);
        assert_eq!(gather((first, second, third)).await?, (true, true, true));
        Ok(())
    }

    #[asyncio::test]
    async fn test_acquire_cancel() -> Result<()> {
        let lock = Lock::new();
        assert!(lock.acquire().await?);
        let task = create_task(lock.acquire());
        let cancelled = task.clone();
        get_running_loop().call_soon(move || _ = cancelled.cancel());
        assert!(task.await.unwrap_err().is::<CancelledError>());
        assert!(shows(&lock, "locked"));
        Ok(())
    }

    async fn lock_it(lock: Lock, blocker: Option<Future<()>>) -> Result<()> {
        lock.acquire().await?;
        let outcome = match blocker {
            Some(blocker) => blocker.await,
            None => Ok(()),
        };
        lock.release()?;
        outcome
    }

    #[asyncio::test]
    async fn test_cancel_race() -> Result<()> {
        let (lock, blocker) = (Lock::new(), Future::new());
        let a = create_task(lock_it(lock.clone(), Some(blocker.clone())));
        sleep(0).await?;
        assert!(lock.locked());
        let b = create_task(lock_it(lock.clone(), None));
        sleep(0).await?;
        assert!(shows(&lock, "locked, waiters:1"));
        let c = create_task(lock_it(lock.clone(), None));
        sleep(0).await?;
        assert!(shows(&lock, "locked, waiters:2"));
        blocker.set_result(())?;
        b.cancel();
        sleep(0).await?;
        assert!(!lock.locked() && a.done() && b.cancelled());
        c.await
    }

    #[asyncio::test]
    async fn test_cancel_release_race() -> Result<()> {
        let (lock, calls, locks) = (Lock::new(), Log::new(), Log::new());
        lock.acquire().await?;
        let [first, second, third] = [1, 2, 3].map(|number| {
            let (lock, calls, locks) = (lock.clone(), calls.clone(), locks.clone());
            create_task(async move {
                calls.push(number);
                lock.acquire().await?;
                locks.push(number);
                asyncio::Ok(())
            })
        });
        sleep(0).await?;
        let cancelled = first.clone();
        get_running_loop().call_soon(move || {
            cancelled.cancel();
            lock.release()
        });
        assert!((&first).await.unwrap_err().is::<CancelledError>());
        assert_eq!((calls.entries(), locks.entries()), (vec![1, 2, 3], vec![2]));
        assert!(first.cancelled() && second.done());
        third.cancel();
        sleep(0).await?;
        assert!(third.cancelled());
        Ok(())
    }

    #[asyncio::test]
    async fn test_finished_waiter_cancelled() -> Result<()> {
        let lock = Lock::new();
        lock.acquire().await?;
        let b = create_task(lock.acquire());
        sleep(0).await?;
        assert!(shows(&lock, "locked, waiters:1"));
        let c = create_task(lock.acquire());
        b.cancel();
        lock.release()?;
        sleep(0).await?;
        assert!(lock.locked() && b.cancelled());
        assert!(c.await?);
        Ok(())
    }

    #[asyncio::test]
    async fn test_release_not_acquired() -> Result<()> {
        let error = Lock::new().release().unwrap_err();
        assert!(error.is::<RuntimeError>());
        assert_eq!(error.to_string(), "Lock is not acquired.");
        Ok(())
    }

    #[asyncio::test]
    async fn test_release_no_waiters() -> Result<()> {
        let lock = Lock::new();
        lock.acquire().await?;
        assert!(lock.locked());
        lock.release()?;
        assert!(!lock.locked());
        Ok(())
    }

    #[asyncio::test]
    async fn test_context_manager() -> Result<()> {
        let lock = Lock::new();
        assert!(!lock.locked());
        let guard = lock.lock().await?;
        assert!(lock.locked());
        drop(guard);
        assert!(!lock.locked());
        let block = async |()| {
            assert!(lock.locked());
            asyncio::Ok(())
        };
        async_with(&lock, block).await?;
        assert!(!lock.locked());
        Ok(())
    }
}

mod EventTests {
    use super::*;

    #[asyncio::test]
    async fn test_repr() -> Result<()> {
        let event = Event::new();
        assert!(shows(&event, "unset"));
        let task = create_task(event.wait());
        sleep(0).await?;
        assert!(shows(&event, "unset, waiters:1"));
        event.set();
        assert!(shows(&event, "set, waiters:1"));
        task.await?;
        assert!(shows(&event, "set"));
        Ok(())
    }

    #[asyncio::test]
    async fn test_wait() -> Result<()> {
        let (event, log) = (Event::new(), Log::new());
        assert!(!event.is_set());
        let start = |number| {
            let (event, log) = (event.clone(), log.clone());
            create_task(async move {
                if event.wait().await? {
                    log.push(number);
                }
                asyncio::Ok(())
            })
        };
        let (first, second) = (start(1), start(2));
        sleep(0).await?;
        assert!(log.entries().is_empty());
        let third = start(3);
        event.set();
        sleep(0).await?;
        assert_eq!(log.entries(), [3, 1, 2]);
        assert!([first, second, third].iter().all(|task| task.done()));
        Ok(())
    }

    #[asyncio::test]
    async fn test_wait_on_set() -> Result<()> {
        let event = Event::new();
        event.set();
        assert!(event.wait().await?);
        Ok(())
    }

    #[asyncio::test]
    async fn test_wait_cancel() -> Result<()> {
        let event = Event::new();
        let task = create_task(event.wait());
        let cancelled = task.clone();
        get_running_loop().call_soon(move || _ = cancelled.cancel());
        assert!(task.await.unwrap_err().is::<CancelledError>());
        assert!(shows(&event, "unset"));
        Ok(())
    }

    #[asyncio::test]
    async fn test_clear() -> Result<()> {
        let event = Event::new();
        assert!(!event.is_set());
        event.set();
        assert!(event.is_set());
        event.clear();
        assert!(!event.is_set());
        Ok(())
    }

    #[asyncio::test]
    async fn test_clear_with_waiters() -> Result<()> {
        let event = Event::new();
        let task = create_task(event.wait());
        sleep(0).await?;
        event.set();
        event.clear();
        assert!(!event.is_set());
        event.set();
        event.set();
        assert!(shows(&event, "set, waiters:1"));
        sleep(0).await?;
        assert!(shows(&event, "set"));
        assert!(task.done() && task.await?);
        Ok(())
    }
}
