//! `ConditionTests`.

use std::cell::Cell;
use std::rc::Rc;

use asyncio::{
    CancelledError, Condition, Error, Lock, Result, RuntimeError, Task, TimeoutError, async_with,
    create_task, get_running_loop, sleep, wait_for,
};

use super::shows;
use crate::support::Log;

mod ConditionTests {
    use super::*;

    /// Waits once; releases the lock if it is told to.
    fn start(condition: &Condition, log: &Log<i32>, number: i32, releases: bool) -> Task<bool> {
        let (condition, log) = (condition.clone(), log.clone());
        create_task(async move {
            condition.acquire().await?;
            if condition.wait().await? {
                log.push(number);
            }
            if releases {
                condition.release()?;
            }
            asyncio::Ok(true)
        })
    }

    fn all_true(tasks: &[Task<bool>]) -> bool {
        tasks.iter().all(|task| task.done() && task.result().is_ok_and(|value| value))
    }

    #[asyncio::test]
    async fn test_wait() -> Result<()> {
        let (condition, log) = (Condition::new(), Log::new());
        let tasks = [1, 2, 3].map(|number| start(&condition, &log, number, false));
        sleep(0).await?;
        assert!(log.entries().is_empty() && !condition.locked());

        assert!(condition.acquire().await?);
        condition.notify(1)?;
        sleep(0).await?;
        assert!(log.entries().is_empty() && condition.locked());
        condition.release()?;
        sleep(0).await?;
        assert_eq!(log.entries(), [1]);
        assert!(condition.locked());

        condition.notify(2)?;
        sleep(0).await?;
        assert_eq!(log.entries(), [1]);
        assert!(condition.locked());
        for count in 2..=3 {
            condition.release()?;
            sleep(0).await?;
            assert_eq!(log.entries().len(), count);
            assert!(condition.locked());
        }
        assert_eq!(log.entries(), [1, 2, 3]);
        assert!(all_true(&tasks));
        Ok(())
    }

    #[asyncio::test]
    async fn test_wait_cancel() -> Result<()> {
        let condition = Condition::new();
        condition.acquire().await?;
        let task = create_task(condition.wait());
        let cancelled = task.clone();
        get_running_loop().call_soon(move || _ = cancelled.cancel());
        assert!(task.await.unwrap_err().is::<CancelledError>());
        assert!(shows(&condition, "locked"));
        Ok(())
    }

    #[asyncio::test]
    async fn test_wait_cancel_contested() -> Result<()> {
        let condition = Condition::new();
        condition.acquire().await?;
        let task = create_task(condition.wait());
        sleep(0).await?;
        assert!(!condition.locked());
        condition.acquire().await?;
        condition.notify(1)?;
        let (cancelled, released) = (task.clone(), condition.clone());
        get_running_loop().call_soon(move || _ = cancelled.cancel());
        get_running_loop().call_soon(move || released.release());
        if let Err(error) = task.await {
            assert!(error.is::<CancelledError>());
        }
        assert!(condition.locked());
        Ok(())
    }

    #[asyncio::test]
    async fn test_wait_cancel_after_notify() -> Result<()> {
        let condition = Condition::new();
        let waited = Rc::new(Cell::new(false));
        let (waiting, reached) = (condition.clone(), waited.clone());
        let waiter = create_task(async move {
            let guard = waiting.lock().await?;
            reached.set(true);
            guard.wait().await
        });
        sleep(0).await?;
        condition.acquire().await?;
        condition.notify(1)?;
        sleep(0).await?;
        waiter.cancel();
        sleep(0).await?;
        condition.release()?;
        sleep(0).await?;
        assert!(waiter.cancelled() && waited.get());
        Ok(())
    }

    #[asyncio::test]
    async fn test_wait_unacquired() -> Result<()> {
        let error = Condition::new().wait().await.unwrap_err();
        assert_eq!(format!("{error:?}"), "RuntimeError('cannot wait on un-acquired lock')");
        Ok(())
    }

    #[asyncio::test]
    async fn test_wait_for() -> Result<()> {
        let (condition, is_ready) = (Condition::new(), Rc::new(Cell::new(false)));
        let (waiting, ready) = (condition.clone(), is_ready.clone());
        let task = create_task(async move {
            waiting.acquire().await?;
            let outcome = waiting.wait_for(|| ready.get()).await;
            waiting.release()?;
            outcome
        });
        sleep(0).await?;
        for ready in [false, true] {
            assert!(!task.done());
            is_ready.set(ready);
            condition.acquire().await?;
            condition.notify(1)?;
            condition.release()?;
            sleep(0).await?;
        }
        assert!(task.done() && task.await?);
        Ok(())
    }

    #[asyncio::test]
    async fn test_wait_for_unacquired() -> Result<()> {
        let condition = Condition::new();
        assert!(condition.wait_for(|| true).await?);
        assert!(condition.wait_for(|| false).await.unwrap_err().is::<RuntimeError>());
        Ok(())
    }

    #[asyncio::test]
    async fn test_notify() -> Result<()> {
        let (condition, log) = (Condition::new(), Log::new());
        let tasks = [1, 2, 3].map(|number| start(&condition, &log, number, true));
        sleep(0).await?;
        condition.acquire().await?;
        condition.notify(1)?;
        condition.release()?;
        sleep(0).await?;
        assert_eq!(log.entries(), [1]);
        condition.acquire().await?;
        condition.notify(1)?;
        condition.notify(2048)?;
        condition.release()?;
        sleep(0).await?;
        assert_eq!(log.entries(), [1, 2, 3]);
        assert!(all_true(&tasks));
        Ok(())
    }

    #[asyncio::test]
    async fn test_notify_all() -> Result<()> {
        let (condition, log) = (Condition::new(), Log::new());
        let tasks = [1, 2].map(|number| start(&condition, &log, number, true));
        sleep(0).await?;
        condition.acquire().await?;
        condition.notify_all()?;
        condition.release()?;
        sleep(0).await?;
        assert_eq!(log.entries(), [1, 2]);
        assert!(all_true(&tasks));
        Ok(())
    }

    #[test]
    fn test_notify_unacquired() {
        let error = Condition::new().notify(1).unwrap_err();
        assert_eq!(format!("{error:?}"), "RuntimeError('cannot notify on un-acquired lock')");
    }

    #[test]
    fn test_notify_all_unacquired() {
        assert!(Condition::new().notify_all().unwrap_err().is::<RuntimeError>());
    }

    #[asyncio::test]
    async fn test_repr() -> Result<()> {
        let (condition, log) = (Condition::new(), Log::new());
        assert!(shows(&condition, "unlocked"));
        condition.acquire().await?;
        assert!(shows(&condition, "locked"));
        condition.release()?;
        for count in 1..=2 {
            start(&condition, &log, count, true);
            sleep(0).await?;
            assert!(shows(&condition, &format!("unlocked, waiters:{count}")));
        }
        condition.acquire().await?;
        condition.notify_all()?;
        condition.release()
    }

    #[asyncio::test]
    async fn test_context_manager() -> Result<()> {
        let condition = Condition::new();
        assert!(!condition.locked());
        let guard = condition.lock().await?;
        assert!(condition.locked());
        drop(guard);
        assert!(!condition.locked());
        let block = async |()| {
            assert!(condition.locked());
            asyncio::Ok(())
        };
        async_with(&condition, block).await?;
        assert!(!condition.locked());
        Ok(())
    }

    #[asyncio::test]
    async fn test_explicit_lock() -> Result<()> {
        let lock = Lock::new();
        let condition = Condition::with_lock(&lock);
        assert!(!lock.locked() && !condition.locked());
        let guard = condition.lock().await?;
        assert!(lock.locked() && condition.locked());
        drop(guard);
        assert!(!lock.locked() && !condition.locked());
        let guard = lock.lock().await?;
        assert!(lock.locked() && condition.locked());
        drop(guard);
        assert!(!lock.locked() && !condition.locked());
        Ok(())
    }

    #[test]
    fn test_ambiguous_loops() {
        let lock = Lock::new();
        let condition = Condition::with_lock(&lock);
        async fn contend(lock: Lock, condition: Condition) -> Result<(Error, Error)> {
            let guard = lock.lock().await?;
            let acquired = wait_for(condition.acquire(), 0.001).await.unwrap_err();
            let waited = wait_for(condition.wait(), 0.001).await.unwrap_err();
            drop(guard);
            Ok((acquired, waited))
        }
        let (acquired, waited) = asyncio::run(contend(lock.clone(), condition.clone())).unwrap();
        assert!(acquired.is::<TimeoutError>() && waited.is::<TimeoutError>());
        let (acquired, waited) = asyncio::run(contend(lock, condition)).unwrap();
        for (error, name) in [(acquired, "Lock"), (waited, "Condition")] {
            assert!(error.is::<RuntimeError>());
            assert!(error.to_string().starts_with(&format!("<asyncio.locks.{name} ")), "{error}");
            assert!(error.to_string().ends_with("is bound to a different event loop"), "{error}");
        }
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_timeout_in_block() -> Result<()> {
        let condition = Condition::new();
        let guard = condition.lock().await?;
        assert!(wait_for(guard.wait(), 0.5).await.unwrap_err().is::<TimeoutError>());
        assert!(condition.locked());
        drop(guard);
        assert!(!condition.locked());
        Ok(())
    }

    /// A task that waits until `wake`, and what it raised there.
    fn start_waiting(condition: &Condition, wake: &Rc<Cell<bool>>) -> (Task<bool>, Log<Error>) {
        let (condition, wake, raised) = (condition.clone(), wake.clone(), Log::new());
        let log = raised.clone();
        let task = create_task(async move {
            let guard = condition.lock().await?;
            let outcome = guard.wait_for(|| wake.get()).await;
            outcome.inspect_err(|error| log.push(error.clone()))
        });
        (task, raised)
    }

    #[asyncio::test]
    async fn test_cancelled_error_wakeup() -> Result<()> {
        let (condition, wake) = (Condition::new(), Rc::default());
        let (task, raised) = start_waiting(&condition, &wake);
        sleep(0).await?;
        task.cancel_with("foo");
        let error = task.await.unwrap_err();
        assert_eq!(format!("{error:?}"), "CancelledError('foo')");
        assert!(error.is_same(&raised.entries()[0]));
        Ok(())
    }

    #[asyncio::test]
    async fn test_cancelled_error_re_aquire() -> Result<()> {
        let (condition, wake) = (Condition::new(), Rc::<Cell<bool>>::default());
        let (task, raised) = start_waiting(&condition, &wake);
        sleep(0).await?;
        condition.acquire().await?;
        wake.set(true);
        condition.notify(1)?;
        sleep(0).await?;
        task.cancel_with("foo");
        condition.release()?;
        let error = task.await.unwrap_err();
        assert_eq!(format!("{error:?}"), "CancelledError('foo')");
        assert!(error.is_same(&raised.entries()[0]));
        Ok(())
    }

    /// Two consumers of `state`; one is cancelled in the iteration `after` its notification.
    async fn cancel_a_consumer(yields: usize) -> Result<()> {
        let (condition, state) = (Condition::new(), Rc::new(Cell::new(0)));
        let [first, second] = [(); 2].map(|()| {
            let (condition, state) = (condition.clone(), state.clone());
            create_task(async move {
                let guard = condition.lock().await?;
                loop {
                    guard.wait_for(|| state.get() != 0).await?;
                    if state.get() < 0 {
                        return asyncio::Ok(());
                    }
                    state.set(state.get() - 1);
                }
            })
        });
        sleep(0).await?;
        let guard = condition.lock().await?;
        state.set(1);
        guard.notify(1)?;
        for _ in 0..yields {
            sleep(0).await?;
        }
        first.cancel();
        let consumed = wait_for(guard.wait_for(|| state.get() == 0), 0.01).await;
        assert!(consumed.is_err_and(|error| error.is::<TimeoutError>()) || state.get() == 0);
        assert_eq!(state.get(), 0);
        state.set(-1);
        guard.notify_all()?;
        drop(guard);
        second.await
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_cancelled_wakeup() -> Result<()> {
        cancel_a_consumer(0).await
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_cancelled_wakeup_relock() -> Result<()> {
        cancel_a_consumer(1).await
    }
}
