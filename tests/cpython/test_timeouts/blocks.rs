//! Blocks that end in time, too late or otherwise, one in another.

use std::cell::Cell;
use std::time::Duration;

use asyncio::{
    CancelledError, KeyError, Result, TimeoutError, create_task, current_task, get_running_loop,
    sleep, timeout, timeout_at,
};

use super::timed_out;

mod TimeoutTests {
    use super::*;

    #[asyncio::test(virtual_time = true)]
    async fn test_timeout_basic() -> Result<()> {
        let cm = timeout(0.01);
        timed_out(cm.run(async |_| sleep(10).await).await);
        assert!(cm.expired());
        Ok(())
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_timeout_at_basic() -> Result<()> {
        let deadline = get_running_loop().time() + 0.01;
        let cm = timeout_at(deadline);
        timed_out(cm.run(async |_| sleep(10).await).await);
        assert!(cm.expired());
        assert_eq!(cm.when(), Some(deadline));
        Ok(())
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_nested_timeouts() -> Result<()> {
        let deadline = get_running_loop().time() + 0.01;
        let (outer, inner) = (timeout_at(deadline), timeout_at(deadline));
        let cancelled = Cell::new(false);
        let block = outer.run(async |_| {
            // Only the outermost makes a TimeoutError of it.
            let outcome = inner.run(async |_| sleep(10).await).await;
            cancelled.set(outcome.as_ref().unwrap_err().is::<CancelledError>());
            outcome
        });
        timed_out(block.await);
        assert!(cancelled.get());
        assert!(outer.expired() && inner.expired());
        Ok(())
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_waiter_cancelled() -> Result<()> {
        let cancelled = Cell::new(false);
        let block = async |_: &_| {
            let outcome = sleep(10).await;
            cancelled.set(outcome.as_ref().unwrap_err().is::<CancelledError>());
            outcome
        };
        timed_out(timeout(0.01).run(block).await);
        assert!(cancelled.get());
        Ok(())
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_timeout_not_called() -> Result<()> {
        let cm = timeout(10);
        cm.run(async |_| sleep(0.01).await).await?;
        assert!(!cm.expired());
        assert!(cm.when().unwrap() > get_running_loop().time());
        Ok(())
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_timeout_disabled() -> Result<()> {
        let cm = timeout(None);
        cm.run(async |_| sleep(0.01).await).await?;
        assert!(!cm.expired());
        assert_eq!(cm.when(), None);
        Ok(())
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_timeout_at_disabled() -> Result<()> {
        let cm = timeout_at(None);
        cm.run(async |_| sleep(0.01).await).await?;
        assert!(!cm.expired());
        assert_eq!(cm.when(), None);
        Ok(())
    }

    /// Sleeps in a block that has no time, and returns the loop's time before, its deadline, and
    /// the time after.
    async fn oversleep(delay: f64, seconds: f64) -> (f64, f64, f64) {
        let loop_ = get_running_loop();
        let before = loop_.time();
        let cm = timeout(delay);
        timed_out(cm.run(async |_| sleep(seconds).await).await);
        assert!(cm.expired());
        (before, cm.when().unwrap(), loop_.time())
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_timeout_zero() -> Result<()> {
        let (before, when, after) = oversleep(0.0, 10.0).await;
        assert!(before <= when && when <= after);
        Ok(())
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_timeout_zero_sleep_zero() -> Result<()> {
        let (before, when, after) = oversleep(0.0, 0.0).await;
        assert!(before <= when && when <= after);
        Ok(())
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_timeout_in_the_past_sleep_zero() -> Result<()> {
        let (before, when, after) = oversleep(-11.0, 0.0).await;
        assert!(before >= when && when <= after);
        Ok(())
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_foreign_exception_passed() -> Result<()> {
        let cm = timeout(0.01);
        let error = cm.run(async |_| Err::<(), _>(KeyError("key"))).await.unwrap_err();
        assert!(error.is::<KeyError>());
        assert!(!cm.expired());
        Ok(())
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_foreign_cancel_doesnt_timeout_if_not_expired() -> Result<()> {
        let cm = timeout(10);
        let block = cm.run(async |_| {
            current_task().unwrap().cancel();
            sleep(10).await
        });
        assert!(block.await.unwrap_err().is::<CancelledError>());
        assert!(!cm.expired());
        Ok(())
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_outer_task_is_not_cancelled() -> Result<()> {
        let task = create_task(async {
            timed_out(timeout(0.001).run(async |_| sleep(10).await).await);
            asyncio::Ok(())
        });
        (&task).await?;
        assert!(!task.cancelled() && task.done());
        Ok(())
    }

    /// Blocks the loop, as long computations do.
    fn crunch_numbers() {
        std::thread::sleep(Duration::from_millis(10));
    }

    // Real time, because a virtual clock stands still while the loop is blocked.

    #[asyncio::test(debug = false)]
    async fn test_nested_timeouts_concurrent() -> Result<()> {
        let block = async |_: &_| {
            let outcome = timeout(0.1)
                .run(async |_| {
                    crunch_numbers();
                    sleep(3600).await
                })
                .await;
            assert!(outcome.as_ref().unwrap_err().is::<CancelledError>());
            outcome
        };
        timed_out(timeout(0.002).run(block).await);
        Ok(())
    }

    #[asyncio::test(debug = false)]
    async fn test_nested_timeouts_loop_busy() -> Result<()> {
        let loop_ = get_running_loop();
        let start = loop_.time();
        let block = async |_: &_| {
            let outcome = timeout(0.01)
                .run(async |_| {
                    crunch_numbers();
                    sleep(3600).await
                })
                .await;
            // Where the machine is slow the outer one is late already, and has cancelled this.
            match outcome {
                Err(error) if error.is::<TimeoutError>() => sleep(3600).await,
                outcome => outcome,
            }
        };
        timed_out(timeout(0.05).run(block).await);
        assert!(loop_.time() - start > 0.049);
        Ok(())
    }
}
