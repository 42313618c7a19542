//! `BarrierTests`.

use std::cell::Cell;
use std::panic::catch_unwind;
use std::rc::Rc;

use asyncio::{
    Barrier, BrokenBarrierError, CancelledError, Error, Result, RuntimeError, Task, async_with,
    create_task, gather, gather_all, gather_all_return_exceptions, sleep,
};

use super::shows;
use crate::support::Log;

mod BarrierTests {
    use super::*;

    const N: usize = 5;

    fn is_broken<T>(outcome: &Result<T>) -> bool {
        outcome.as_ref().is_err_and(Error::is::<BrokenBarrierError>)
    }

    fn make_tasks<F>(count: usize, job: impl Fn() -> F) -> Vec<Task<()>>
    where
        F: Future<Output = Result<()>> + 'static,
    {
        (0..count).map(|_| create_task(job())).collect()
    }

    /// Nobody is inside, and the barrier works.
    fn assert_idle(barrier: &Barrier) {
        assert!(shows(barrier, &format!("filling, waiters:0/{}", barrier.parties())));
    }

    #[asyncio::test]
    async fn test_repr() -> Result<()> {
        let barrier = Barrier::new(N);
        assert_idle(&barrier);
        let wait = || {
            let barrier = barrier.clone();
            async move { barrier.wait().await.map(drop) }
        };
        let mut waiters = make_tasks(2, wait);
        sleep(0).await?;
        assert!(shows(&barrier, "filling, waiters:2/5"));
        waiters.extend(make_tasks(barrier.parties() - barrier.n_waiting(), wait));
        sleep(0).await?;
        assert!(shows(&barrier, "draining, waiters:0/5"));
        waiters.extend(make_tasks(2, wait));
        sleep(0).await?;
        barrier.reset().await?;
        assert!(shows(&barrier, "resetting, waiters:0/5"));
        waiters.extend(make_tasks(2, wait));
        sleep(0).await?;
        barrier.abort().await?;
        assert!(shows(&barrier, "broken") && barrier.broken());
        gather_all_return_exceptions(waiters).await?;
        Ok(())
    }

    #[test]
    fn test_barrier_parties() {
        let text = catch_unwind(|| Barrier::new(0)).unwrap_err().downcast::<String>().unwrap();
        assert_eq!(*text, "parties must be >= 1");
        assert_eq!(Barrier::new(N).parties(), N);
    }

    #[asyncio::test]
    async fn test_context_manager() -> Result<()> {
        let barrier = Barrier::new(3);
        let block = || {
            let barrier = barrier.clone();
            async move { async_with(&barrier, async |index| asyncio::Ok(index)).await }
        };
        let mut indices = gather_all([(); 3].map(|()| block())).await?;
        indices.sort_unstable();
        assert_eq!(indices, [0, 1, 2]);
        assert_idle(&barrier);
        Ok(())
    }

    #[asyncio::test]
    async fn test_filling_one_task() -> Result<()> {
        let barrier = Barrier::new(1);
        assert_eq!(barrier.wait().await?, 0);
        assert_idle(&barrier);
        Ok(())
    }

    #[asyncio::test]
    async fn test_filling_one_task_twice() -> Result<()> {
        let barrier = Barrier::new(1);
        let first = create_task(barrier.wait());
        sleep(0).await?;
        assert_eq!(barrier.n_waiting(), 0);
        let second = create_task(barrier.wait());
        sleep(0).await?;
        assert_eq!((first.result()?, second.result()?), (0, 0));
        assert_idle(&barrier);
        Ok(())
    }

    #[asyncio::test]
    async fn test_filling_task_by_task() -> Result<()> {
        let barrier = Barrier::new(3);
        let mut tasks = Vec::new();
        for count in 1..=2 {
            tasks.push(create_task(barrier.wait()));
            sleep(0).await?;
            assert!(shows(&barrier, &format!("filling, waiters:{count}/3")));
        }
        tasks.push(create_task(barrier.wait()));
        sleep(0).await?;
        assert_eq!(gather_all(tasks).await?, [0, 1, 2]);
        assert_idle(&barrier);
        Ok(())
    }

    #[asyncio::test]
    async fn test_filling_tasks_wait_twice() -> Result<()> {
        let (barrier, log) = (Barrier::new(N), Log::new());
        let tasks = make_tasks(N, || {
            let (barrier, log) = (barrier.clone(), log.clone());
            async move {
                for is_first in [true, false] {
                    barrier.wait().await?;
                    log.push(is_first);
                }
                Ok(())
            }
        });
        gather_all(tasks).await?;
        assert_eq!(log.entries(), [[true; N], [false; N]].concat());
        assert_idle(&barrier);
        Ok(())
    }

    #[asyncio::test]
    async fn test_filling_tasks_check_return_value() -> Result<()> {
        let barrier = Barrier::new(N);
        let jobs = (0..N).map(|_| {
            let barrier = barrier.clone();
            async move {
                barrier.wait().await?;
                barrier.wait().await
            }
        });
        let mut indices = gather_all(jobs).await?;
        indices.sort_unstable();
        assert_eq!(indices, [0, 1, 2, 3, 4]);
        assert_idle(&barrier);
        Ok(())
    }

    #[asyncio::test]
    async fn test_draining_state() -> Result<()> {
        let (barrier, log) = (Barrier::new(N), Log::new());
        let tasks = make_tasks(N, || {
            let (barrier, log) = (barrier.clone(), log.clone());
            async move {
                barrier.wait().await?;
                log.push(shows(&barrier, "draining, waiters:0/5"));
                Ok(())
            }
        });
        gather_all(tasks).await?;
        assert_eq!(log.entries(), [true, true, true, true, false]);
        assert_idle(&barrier);
        Ok(())
    }

    #[asyncio::test]
    async fn test_blocking_tasks_while_draining() -> Result<()> {
        let (barrier, others) = (Barrier::new(N), Barrier::new(N - 2));
        let rewait = Rc::new(Cell::new(2));
        let tasks = make_tasks(N, || {
            let (barrier, others, rewait) = (barrier.clone(), others.clone(), rewait.clone());
            async move {
                barrier.wait().await?;
                match rewait.get() {
                    0 => _ = others.wait().await?,
                    left => rewait.set(left - 1),
                }
                barrier.wait().await?;
                Ok(())
            }
        });
        gather_all(tasks).await?;
        assert_idle(&barrier);
        assert_idle(&others);
        Ok(())
    }

    #[asyncio::test]
    async fn test_filling_tasks_cancel_one() -> Result<()> {
        let barrier = Barrier::new(3);
        let first = create_task(barrier.wait());
        sleep(0).await?;
        assert_eq!(barrier.n_waiting(), 1);
        let second = create_task(barrier.wait());
        sleep(0).await?;
        assert_eq!(barrier.n_waiting(), 2);
        first.cancel();
        sleep(0).await?;
        assert_eq!(barrier.n_waiting(), 1);
        assert!((&first).await.unwrap_err().is::<CancelledError>());
        assert!(first.cancelled());
        let third = create_task(barrier.wait());
        sleep(0).await?;
        assert_eq!(barrier.n_waiting(), 2);
        gather((second, third, barrier.wait())).await?;
        assert_idle(&barrier);
        Ok(())
    }

    #[asyncio::test]
    async fn test_reset_barrier() -> Result<()> {
        let barrier = Barrier::new(1);
        create_task(barrier.reset());
        sleep(0).await?;
        assert_idle(&barrier);
        Ok(())
    }

    #[asyncio::test]
    async fn test_reset_barrier_while_tasks_waiting() -> Result<()> {
        let barrier = Barrier::new(N);
        let tasks: Vec<Task<usize>> = (1..N).map(|_| create_task(barrier.wait())).collect();
        sleep(0).await?;
        create_task(barrier.reset());
        let outcomes = gather_all_return_exceptions(tasks).await?;
        assert_eq!(outcomes.iter().filter(|outcome| is_broken(outcome)).count(), N - 1);
        assert_idle(&barrier);
        Ok(())
    }

    #[asyncio::test]
    async fn test_reset_barrier_when_tasks_half_draining() -> Result<()> {
        let (barrier, broken) = (Barrier::new(N), Log::new());
        let drained = Rc::new(Cell::new(0));
        let tasks = make_tasks(N, || {
            let (barrier, broken, drained) = (barrier.clone(), broken.clone(), drained.clone());
            async move {
                if is_broken(&barrier.wait().await) {
                    broken.push(true);
                    return Ok(());
                }
                drained.set(drained.get() + 1);
                // As many are inside as Python's `_count` says.
                if N - drained.get() == N / 2 {
                    barrier.reset().await?;
                }
                Ok(())
            }
        });
        gather_all(tasks).await?;
        assert_eq!(broken.entries(), [true; N / 2]);
        assert_idle(&barrier);
        Ok(())
    }

    #[asyncio::test]
    async fn test_reset_barrier_when_tasks_half_draining_half_blocking() -> Result<()> {
        let (barrier, broken, blocked) = (Barrier::new(N), Log::new(), Log::new());
        let count = Rc::new(Cell::new(0));
        let tasks = make_tasks(N, || {
            let (barrier, count) = (barrier.clone(), count.clone());
            let (broken, blocked) = (broken.clone(), blocked.clone());
            async move {
                if is_broken(&barrier.wait().await) {
                    broken.push(true);
                    return barrier.wait().await.map(drop);
                }
                count.set(count.get() + 1);
                if count.get() > N / 2 {
                    barrier.reset().await?;
                    return barrier.wait().await.map(drop);
                }
                if is_broken(&barrier.wait().await) {
                    blocked.push(true);
                }
                Ok(())
            }
        });
        gather_all(tasks).await?;
        assert_eq!(broken.entries(), [true; N / 2]);
        assert_eq!(blocked.entries(), [false; 0]);
        assert_idle(&barrier);
        Ok(())
    }

    #[asyncio::test]
    async fn test_reset_barrier_while_tasks_waiting_and_waiting_again() -> Result<()> {
        let (barrier, broken, passed) = (Barrier::new(N), Log::new(), Log::new());
        let tasks = make_tasks(N - 1, || {
            let (barrier, broken, passed) = (barrier.clone(), broken.clone(), passed.clone());
            async move {
                if is_broken(&barrier.wait().await) {
                    broken.push(true);
                }
                barrier.wait().await?;
                passed.push(true);
                Ok(())
            }
        });
        create_task(barrier.reset());
        sleep(0).await?;
        let last = create_task(barrier.wait());
        gather_all(tasks).await?;
        last.await?;
        assert_eq!(broken.entries(), [true; N - 1]);
        assert_eq!(passed.entries(), [true; N - 1]);
        assert_idle(&barrier);
        Ok(())
    }

    #[asyncio::test]
    async fn test_reset_barrier_while_tasks_draining() -> Result<()> {
        let (barrier, again, failed) = (Barrier::new(N), Log::new(), Log::new());
        let count = Rc::new(Cell::new(0));
        let tasks = make_tasks(N, || {
            let (barrier, count) = (barrier.clone(), count.clone());
            let (again, failed) = (again.clone(), failed.clone());
            async move {
                barrier.wait().await?;
                count.set(count.get() + 1);
                if count.get() == N {
                    barrier.reset().await?;
                    barrier.wait().await?;
                } else if barrier.wait().await.is_ok() {
                    again.push(true);
                } else {
                    failed.push(true);
                }
                barrier.wait().await.map(drop)
            }
        });
        gather_all(tasks).await?;
        assert_eq!(again.entries(), [true; N - 1]);
        assert_eq!(failed.entries(), [false; 0]);
        assert_idle(&barrier);
        Ok(())
    }

    #[asyncio::test]
    async fn test_abort_barrier() -> Result<()> {
        let barrier = Barrier::new(1);
        create_task(barrier.abort());
        sleep(0).await?;
        assert!(shows(&barrier, "broken") && barrier.n_waiting() == 0);
        Ok(())
    }

    #[asyncio::test]
    async fn test_abort_barrier_when_tasks_half_draining_half_blocking() -> Result<()> {
        let (barrier, draining, blocked) = (Barrier::new(N), Log::new(), Log::new());
        let count = Rc::new(Cell::new(0));
        let tasks = make_tasks(N, || {
            let (barrier, count) = (barrier.clone(), count.clone());
            let (draining, blocked) = (draining.clone(), blocked.clone());
            async move {
                if is_broken(&barrier.wait().await) {
                    draining.push(true);
                    return Ok(());
                }
                count.set(count.get() + 1);
                if count.get() > N / 2 {
                    barrier.abort().await?;
                } else if is_broken(&barrier.wait().await) {
                    blocked.push(true);
                }
                Ok(())
            }
        });
        gather_all(tasks).await?;
        assert!(shows(&barrier, "broken") && barrier.n_waiting() == 0);
        assert_eq!(draining.entries(), [true; N / 2]);
        assert_eq!(blocked.entries(), [true; N - N / 2 - 1]);
        Ok(())
    }

    /// Passes the barrier twice; who is in the middle fails after the first time.
    async fn pass_twice(barrier: &Barrier) -> Result<()> {
        if barrier.wait().await? == N / 2 {
            return Err(RuntimeError("in the middle"));
        }
        barrier.wait().await.map(drop)
    }

    #[asyncio::test]
    async fn test_abort_barrier_when_exception() -> Result<()> {
        let (barrier, log) = (Barrier::new(N), Log::new());
        let tasks = make_tasks(N, || {
            let (barrier, log) = (barrier.clone(), log.clone());
            async move {
                let outcome = pass_twice(&barrier).await;
                log.push(is_broken(&outcome));
                if outcome.is_err() && !is_broken(&outcome) {
                    barrier.abort().await?;
                }
                Ok(())
            }
        });
        gather_all(tasks).await?;
        assert!(shows(&barrier, "broken") && barrier.n_waiting() == 0);
        assert_eq!(log.entries().iter().filter(|broken| **broken).count(), N - 1);
        Ok(())
    }

    #[asyncio::test]
    async fn test_abort_barrier_when_exception_then_resetting() -> Result<()> {
        let (first, second, log) = (Barrier::new(N), Barrier::new(N), Log::new());
        let tasks = make_tasks(N, || {
            let (first, second, log) = (first.clone(), second.clone(), log.clone());
            async move {
                let outcome = pass_twice(&first).await;
                log.push(is_broken(&outcome));
                if outcome.is_err() && !is_broken(&outcome) {
                    first.abort().await?;
                }
                // All have left the first before it is reset, and none comes before that.
                if second.wait().await? == N / 2 {
                    first.reset().await?;
                }
                second.wait().await?;
                first.wait().await.map(drop)
            }
        });
        gather_all(tasks).await?;
        assert_eq!(log.entries().iter().filter(|broken| **broken).count(), N - 1);
        assert_idle(&first);
        Ok(())
    }
}
