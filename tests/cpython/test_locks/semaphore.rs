//! `SemaphoreTests`.

use std::cell::RefCell;
use std::rc::Rc;

use asyncio::{
    BoundedSemaphore, CancelledError, Result, Semaphore, Task, TaskGroup, ValueError, create_task,
    gather, gather_all, gather_return_exceptions, get_running_loop, sleep, wait_for,
};

use super::shows;
use crate::support::Log;

mod SemaphoreTests {
    use super::*;

    fn start(semaphore: &Semaphore, log: &Log<i32>, number: i32) -> Task<bool> {
        let (semaphore, log) = (semaphore.clone(), log.clone());
        create_task(async move {
            semaphore.acquire().await?;
            log.push(number);
            asyncio::Ok(true)
        })
    }

    #[test]
    fn test_initial_value_zero() {
        assert!(Semaphore::new(0).locked());
    }

    #[asyncio::test]
    async fn test_repr() -> Result<()> {
        let semaphore = Semaphore::default();
        assert!(shows(&semaphore, "unlocked, value:1"));
        semaphore.acquire().await?;
        assert!(shows(&semaphore, "locked"));
        for count in 1..=2 {
            create_task(semaphore.acquire());
            sleep(0).await?;
            assert!(shows(&semaphore, &format!("locked, waiters:{count}")));
        }
        semaphore.release();
        semaphore.release();
        assert!(format!("{:?}", BoundedSemaphore::default()).contains(".BoundedSemaphore object"));
        Ok(())
    }

    #[asyncio::test]
    async fn test_acquire() -> Result<()> {
        let (semaphore, log) = (Semaphore::new(3), Log::new());
        assert!(semaphore.acquire().await? && semaphore.acquire().await?);
        assert!(!semaphore.locked());
        let first = start(&semaphore, &log, 1);
        let [second, third] = [2, 3].map(|number| start(&semaphore, &log, number));
        sleep(0).await?;
        assert_eq!(log.entries(), [1]);
        assert!(shows(&semaphore, "locked, waiters:2"));
        let fourth = start(&semaphore, &log, 4);
        semaphore.release();
        semaphore.release();
        assert!(semaphore.locked());
        sleep(0).await?;
        assert_eq!(log.entries().len(), 3);
        assert!(shows(&semaphore, "locked, waiters:1"));
        assert!(first.done() && first.await?);
        let rest = [second, third, fourth];
        let is_done = |task: &&Task<bool>| task.result().is_ok_and(|value| value);
        assert_eq!(rest.iter().filter(is_done).count(), 2);
        semaphore.release();
        gather_all(rest).await?;
        Ok(())
    }

    #[asyncio::test]
    async fn test_acquire_cancel() -> Result<()> {
        let semaphore = Semaphore::default();
        semaphore.acquire().await?;
        let task = create_task(semaphore.acquire());
        let cancelled = task.clone();
        get_running_loop().call_soon(move || _ = cancelled.cancel());
        assert!(task.await.unwrap_err().is::<CancelledError>());
        assert!(shows(&semaphore, "locked"));
        Ok(())
    }

    #[asyncio::test]
    async fn test_acquire_cancel_before_awoken() -> Result<()> {
        let semaphore = Semaphore::new(0);
        let tasks = [(); 4].map(|()| create_task(semaphore.acquire()));
        sleep(0).await?;
        tasks[0].cancel();
        tasks[1].cancel();
        semaphore.release();
        sleep(0).await?;
        sleep(0).await?;
        assert!(tasks[2].done() && !tasks[3].done());
        tasks[3].cancel();
        sleep(0).await
    }

    #[asyncio::test]
    async fn test_acquire_hang() -> Result<()> {
        let semaphore = Semaphore::new(0);
        let [first, second] = [(); 2].map(|()| create_task(semaphore.acquire()));
        sleep(0).await?;
        first.cancel();
        semaphore.release();
        sleep(0).await?;
        sleep(0).await?;
        assert!(semaphore.locked() && second.done());
        Ok(())
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_acquire_no_hang() -> Result<()> {
        let semaphore = Semaphore::new(1);
        let other: Rc<RefCell<Option<Task<()>>>> = Rc::default();
        let (first_of, second_of) = (semaphore.clone(), semaphore.clone());
        let cancelled = other.clone();
        let first = create_task(async move {
            let permit = first_of.permit().await?;
            sleep(0).await?;
            drop(permit);
            cancelled.borrow().as_ref().map(|task| task.cancel());
            asyncio::Ok(())
        });
        let second = create_task(async move {
            second_of.permit().await.map(|_| panic!("it came in spite of the cancellation"))
        });
        other.replace(Some(second.clone()));
        let (first, second) = gather_return_exceptions((first, second)).await?;
        assert!(first.is_ok() && second.unwrap_err().is::<CancelledError>());
        wait_for(semaphore.acquire(), 1).await?;
        Ok(())
    }

    #[test]
    fn test_release_not_acquired() {
        assert!(BoundedSemaphore::default().release().unwrap_err().is::<ValueError>());
    }

    #[asyncio::test]
    async fn test_release_no_waiters() -> Result<()> {
        let semaphore = Semaphore::default();
        semaphore.acquire().await?;
        assert!(semaphore.locked());
        semaphore.release();
        assert!(!semaphore.locked());
        Ok(())
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_acquire_fifo_order() -> Result<()> {
        let (semaphore, log) = (Semaphore::new(1), Log::new());
        let group = TaskGroup::new();
        let job = |tag: &'static str| {
            let (semaphore, log) = (semaphore.clone(), log.clone());
            async move {
                for turn in 1..=2 {
                    semaphore.acquire().await?;
                    log.push(format!("{tag}_{turn}"));
                    sleep(0.01).await?;
                    semaphore.release();
                }
                asyncio::Ok(())
            }
        };
        group
            .run(async |group| {
                for tag in ["c1", "c2", "c3"] {
                    group.create_task(job(tag))?;
                }
                asyncio::Ok(())
            })
            .await?;
        assert_eq!(log.entries(), ["c1_1", "c2_1", "c3_1", "c1_2", "c2_2", "c3_2"]);
        Ok(())
    }

    #[asyncio::test]
    async fn test_acquire_fifo_order_2() -> Result<()> {
        let (semaphore, log) = (Semaphore::new(1), Log::new());
        let first = start(&semaphore, &log, 1);
        let (again, twice) = (semaphore.clone(), log.clone());
        let second = create_task(async move {
            again.acquire().await?;
            twice.push(2);
            again.release();
            again.acquire().await?;
            twice.push(4);
            asyncio::Ok(true)
        });
        let third = start(&semaphore, &log, 3);
        sleep(0).await?;
        semaphore.release();
        semaphore.release();
        gather((first, second, third)).await?;
        assert_eq!(log.entries(), [1, 2, 3, 4]);
        Ok(())
    }

    #[asyncio::test]
    async fn test_acquire_fifo_order_3() -> Result<()> {
        let (semaphore, log) = (Semaphore::new(0), Log::new());
        let [first, second, third] = [1, 2, 3].map(|number| start(&semaphore, &log, number));
        sleep(0).await?;
        first.cancel();
        sleep(0).await?;
        semaphore.release();
        semaphore.release();
        gather((second, third)).await?;
        assert_eq!(log.entries(), [2, 3]);
        Ok(())
    }

    #[asyncio::test]
    async fn test_acquire_fifo_order_4() -> Result<()> {
        let (semaphore, log) = (Semaphore::new(0), Log::new());
        let fourth: Rc<RefCell<Option<Task<()>>>> = Rc::default();
        let (of_first, log_first, next) = (semaphore.clone(), log.clone(), fourth.clone());
        let first = create_task(async move {
            of_first.acquire().await?;
            // All who wait were woken by now; whoever is made now comes behind them.
            let log = log_first.clone();
            next.replace(Some(create_task(async move {
                log.push(4);
                asyncio::Ok(())
            })));
            log_first.push(1);
            asyncio::Ok(true)
        });
        let (of_second, log_second) = (semaphore.clone(), log.clone());
        let second = create_task(async move {
            for _ in 0..3 {
                of_second.release();
            }
            assert!(of_second.locked());
            of_second.acquire().await?;
            log_second.push(2);
            asyncio::Ok(true)
        });
        let (of_third, log_third) = (semaphore.clone(), log.clone());
        let third = create_task(async move {
            of_third.acquire().await?;
            assert!(of_third.locked());
            log_third.push(3);
            asyncio::Ok(true)
        });
        sleep(0).await?;
        assert!(shows(&semaphore, "locked, waiters:3"));
        sleep(0).await?;
        gather((first, second, third)).await?;
        let fourth = fourth.take();
        fourth.expect("the first has made it").await?;
        assert_eq!(log.entries(), [1, 2, 3, 4]);
        Ok(())
    }
}
