//! `test_waitfor.py`.

use std::cell::Cell;
use std::rc::Rc;

use asyncio::{
    CancelledError, Error, Future, Result, TimeoutError, create_task, get_running_loop, shield,
    sleep, wait, wait_for,
};

/// A time above zero that is over at once.
const EPSILON: f64 = 0.0001;

/// Says whether it is set, in any number of places.
type Flag = Rc<Cell<bool>>;

/// Sets a flag to the other value when a block is left, however that comes about.
struct Finally(Flag, bool);

impl Drop for Finally {
    fn drop(&mut self) {
        self.0.set(self.1);
    }
}

/// A failure of a program's own.
#[derive(Debug)]
struct FooException;

impl std::fmt::Display for FooException {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("foo")
    }
}

impl std::error::Error for FooException {}

fn assert_timed_out<T>(outcome: Result<T>) -> Error {
    let error = outcome.err().expect("the time was over");
    assert!(error.is::<TimeoutError>(), "{error:?}");
    error
}

mod AsyncioWaitForTest {
    use super::*;

    const TASK_TIMEOUT: f64 = 0.2;

    /// Takes its time, and refuses to be cancelled before.
    async fn slow(exited: Flag) -> Result<()> {
        let loop_ = get_running_loop();
        let exit_at = loop_.time() + TASK_TIMEOUT;
        while loop_.time() < exit_at {
            if let Err(error) = sleep(exit_at - loop_.time()).await {
                assert!(error.is::<CancelledError>());
            }
        }
        exited.set(true);
        Ok(())
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_asyncio_wait_for_cancelled() -> Result<()> {
        let exited = Flag::default();
        let waiting = create_task(wait_for(slow(exited.clone()), TASK_TIMEOUT * 2.0));
        sleep(0).await?;
        waiting.cancel();
        wait([waiting]).await?;
        assert!(exited.get());
        Ok(())
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_asyncio_wait_for_timeout() -> Result<()> {
        let exited = Flag::default();
        let outcome = wait_for(slow(exited.clone()), TASK_TIMEOUT / 2.0).await;
        assert!(outcome.err().is_none_or(|error| error.is::<TimeoutError>()));
        assert!(exited.get());
        Ok(())
    }

    #[asyncio::test]
    async fn test_wait_for_timeout_less_then_0_or_0_future_done() -> Result<()> {
        let future = get_running_loop().create_future();
        future.set_result("done")?;
        assert_eq!(wait_for(&future, 0).await?, "done");
        assert!(future.done());
        Ok(())
    }

    #[asyncio::test]
    async fn test_wait_for_timeout_less_then_0_or_0_coroutine_do_not_started() -> Result<()> {
        let started = Flag::default();
        let foo = async {
            started.set(true);
            asyncio::Ok(())
        };
        assert_timed_out(wait_for(foo, 0).await);
        assert!(!started.get());
        Ok(())
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_wait_for_timeout_less_then_0_or_0() -> Result<()> {
        for timeout in [0, -1] {
            let (running, started) = (Flag::default(), Future::new());
            let task = create_task(run_long(running.clone(), Some(started.clone())));
            started.await?;
            assert!(running.get());
            assert_timed_out(wait_for(&task, timeout).await);
            assert!(task.done() && task.cancelled());
            assert!(!running.get());
        }
        Ok(())
    }

    async fn run_long(running: Flag, started: Option<Future<()>>) -> Result<&'static str> {
        running.set(true);
        let _finally = Finally(running, false);
        if let Some(started) = started {
            started.set_result(())?;
        }
        sleep(300).await?;
        Ok("done")
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_wait_for() -> Result<()> {
        let running = Flag::default();
        let task = create_task(run_long(running.clone(), None));
        assert_timed_out(wait_for(&task, 0.1).await);
        assert!(task.done() && task.cancelled());
        assert!(!running.get());
        Ok(())
    }

    #[asyncio::test]
    async fn test_wait_for_blocking() -> Result<()> {
        assert_eq!(wait_for(async { asyncio::Ok("done") }, None).await?, "done");
        Ok(())
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_wait_for_race_condition() -> Result<()> {
        let future = get_running_loop().create_future();
        let waiting = wait_for(future.clone(), 0.2);
        get_running_loop().call_soon(move || future.set_result("ok"));
        assert_eq!(waiting.await?, "ok");
        Ok(())
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_wait_for_cancellation_race_condition() -> Result<()> {
        let inner = async {
            assert!(sleep(1).await.unwrap_err().is::<CancelledError>());
            asyncio::Ok(1)
        };
        assert_eq!(wait_for(inner, 0.01).await?, 1);
        Ok(())
    }

    /// Cleans up for a moment when it is cancelled.
    async fn clean_up(done: Flag) -> Result<()> {
        let _finally = Finally(done, true);
        let error = sleep(10).await.unwrap_err();
        assert!(error.is::<CancelledError>());
        sleep(EPSILON).await?;
        Err(error)
    }

    fn assert_comes_from_a_cancellation(error: &Error) {
        let chained = error.context().expect("it was raised while handling another");
        assert!(chained.is::<CancelledError>());
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_wait_for_waits_for_task_cancellation() -> Result<()> {
        let done = Flag::default();
        let inner = create_task(clean_up(done.clone()));
        let error = assert_timed_out(wait_for(inner, EPSILON).await);
        assert!(done.get());
        assert_comes_from_a_cancellation(&error);
        Ok(())
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_wait_for_waits_for_task_cancellation_w_timeout_0() -> Result<()> {
        let done = Flag::default();
        let foo = async {
            let inner = create_task(clean_up(done.clone()));
            sleep(EPSILON).await?;
            wait_for(inner, 0).await
        };
        let error = assert_timed_out(foo.await);
        assert!(done.get());
        assert_comes_from_a_cancellation(&error);
        Ok(())
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_wait_for_reraises_exception_during_cancellation() -> Result<()> {
        let inner = create_task(async {
            let outcome = sleep(0.2).await;
            assert!(outcome.unwrap_err().is::<CancelledError>());
            Result::<(), _>::Err(FooException)
        });
        let error = wait_for(inner, EPSILON).await.unwrap_err();
        assert!(error.is::<FooException>());
        Ok(())
    }

    async fn cancel_who_waits(timeout: Option<f64>) -> Result<()> {
        let task = create_task(async { Future::<()>::new().await });
        let waiting = create_task(wait_for(task.clone(), timeout));
        let cancelled = waiting.clone();
        get_running_loop().call_soon(move || _ = cancelled.cancel());
        assert!(waiting.await.unwrap_err().is::<CancelledError>());
        // Cancelling who waits cancels what is waited for.
        assert!(task.cancelled());
        Ok(())
    }

    #[asyncio::test]
    async fn test_cancel_blocking_wait_for() -> Result<()> {
        cancel_who_waits(None).await
    }

    #[asyncio::test]
    async fn test_cancel_wait_for() -> Result<()> {
        cancel_who_waits(Some(60.0)).await
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_wait_for_cancel_suppressed() -> Result<()> {
        let return_42 = async {
            match sleep(10).await {
                Err(error) if error.is::<CancelledError>() => asyncio::Ok(Some(42)),
                _ => asyncio::Ok(None),
            }
        };
        assert_eq!(wait_for(return_42, 0.1).await?, Some(42));
        Ok(())
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_wait_for_issue86296() -> Result<()> {
        let inner = create_task(async { asyncio::Ok("done") });
        let reached_end = Flag::default();
        let (awaited, reaches_end) = (inner.clone(), reached_end.clone());
        let task = create_task(async move {
            wait_for(&awaited, 100).await?;
            sleep(1).await?;
            reaches_end.set(true);
            asyncio::Ok(())
        });
        assert!(!task.done());
        sleep(0).await?;
        task.cancel();
        assert!(task.await.unwrap_err().is::<CancelledError>());
        assert!(inner.done());
        assert_eq!(inner.await?, "done");
        assert!(!reached_end.get());
        Ok(())
    }
}

mod WaitForShieldTests {
    use super::*;

    async fn take(seconds: f64) -> Result<&'static str> {
        sleep(seconds).await?;
        Ok("done")
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_zero_timeout() -> Result<()> {
        let task = create_task(take(0.01));
        let shielded = shield(task.clone());
        assert_timed_out(wait_for(shielded.clone(), 0).await);
        assert!(!task.done() && !task.cancelled());
        assert!(shielded.cancelled());
        sleep(0.1).await?;
        assert!(task.done());
        Ok(())
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_none_timeout() -> Result<()> {
        let task = create_task(take(0.1));
        wait_for(shield(&task), None).await?;
        assert!(task.done());
        assert_eq!(task.await?, "done");
        Ok(())
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_shielded_timeout() -> Result<()> {
        let task = create_task(take(0.1));
        assert_timed_out(wait_for(shield(&task), 0.01).await);
        assert!(!task.done() && !task.cancelled());
        assert_eq!(task.await?, "done");
        Ok(())
    }
}
