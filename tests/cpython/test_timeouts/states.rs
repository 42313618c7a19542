//! What a timeout is when, how it shows that, and what it refuses then.

use std::cell::RefCell;
use std::future::Future as _;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use asyncio::{
    AsyncContextManager as _, CancelledError, Error, Result, RuntimeError, Timeout, async_with,
    create_task, get_running_loop, sleep, timeout, timeout_at,
};

use super::timed_out;

fn assert_refused<T>(outcome: Result<T>, reason: &str) {
    let error = outcome.err().expect("it was refused");
    assert!(error.is::<RuntimeError>() && error.to_string().contains(reason), "{error:?}");
}

mod TimeoutTests {
    use super::*;

    #[asyncio::test(virtual_time = true)]
    async fn test_reschedule() -> Result<()> {
        let loop_ = get_running_loop();
        let entered = loop_.create_future();
        let deadline = loop_.time() + 10.0;
        let later = deadline + 20.0;
        let enters = entered.clone();
        let task = create_task(async move {
            let block = async |cm: &Timeout| {
                enters.set_result(cm.clone())?;
                sleep(50).await
            };
            timeout_at(deadline).run(block).await
        });
        let cm = entered.await?;

        assert_eq!(cm.when(), Some(deadline));
        cm.reschedule(later)?;
        assert_eq!(cm.when(), Some(later));
        cm.reschedule(None)?;
        assert_eq!(cm.when(), None);

        task.cancel();
        assert!(task.await.unwrap_err().is::<CancelledError>());
        assert!(!cm.expired());
        Ok(())
    }

    #[asyncio::test]
    async fn test_repr_active() -> Result<()> {
        let block = async |cm: &Timeout| {
            let repr = format!("{cm:?}");
            let when = repr.strip_prefix("<Timeout [active] when=").expect("its state");
            let when = when.strip_suffix('>').expect("an end");
            assert!(when.contains('.') && when.parse::<f64>().is_ok_and(|when| when > 0.0));
            asyncio::Ok(())
        };
        timeout(10).run(block).await
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_repr_expired() -> Result<()> {
        let cm = timeout(0.01);
        timed_out(cm.run(async |_| sleep(10).await).await);
        assert_eq!(format!("{cm:?}"), "<Timeout [expired]>");
        Ok(())
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_repr_finished() -> Result<()> {
        let cm = timeout(10);
        cm.run(async |_| sleep(0).await).await?;
        assert_eq!(format!("{cm:?}"), "<Timeout [finished]>");
        Ok(())
    }

    #[asyncio::test]
    async fn test_repr_disabled() -> Result<()> {
        let block = async |cm: &Timeout| {
            assert_eq!(format!("{cm:?}"), "<Timeout [active] when=None>");
            asyncio::Ok(())
        };
        timeout(None).run(block).await
    }

    /// A block that is never run.
    async fn unreachable(_: &Timeout) -> Result<()> {
        unreachable!("the timeout was entered twice")
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_timeout_already_entered() -> Result<()> {
        let block = async |cm: &Timeout| {
            assert_refused(cm.run(unreachable).await, "has already been entered");
            assert_refused(async_with(cm, async |_| asyncio::Ok(())).await, "has already been");
            asyncio::Ok(())
        };
        timeout(0.01).run(block).await
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_timeout_double_enter() -> Result<()> {
        let cm = timeout(0.01);
        cm.run(async |_| asyncio::Ok(())).await?;
        assert_refused(cm.run(unreachable).await, "has already been entered");
        Ok(())
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_timeout_finished() -> Result<()> {
        let cm = timeout(0.01);
        cm.run(async |_| asyncio::Ok(())).await?;
        assert_refused(cm.reschedule(0.02), "finished");
        Ok(())
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_timeout_expired() -> Result<()> {
        let cm = timeout(0.01);
        timed_out(cm.run(async |_| sleep(1).await).await);
        assert_refused(cm.reschedule(0.02), "expired");
        Ok(())
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_timeout_expiring() -> Result<()> {
        let block = async |cm: &Timeout| {
            assert!(sleep(1).await.unwrap_err().is::<CancelledError>());
            assert_refused(cm.reschedule(0.02), "expiring");
            asyncio::Ok(())
        };
        timeout(0.01).run(block).await
    }

    #[asyncio::test]
    async fn test_timeout_not_entered() -> Result<()> {
        assert_refused(timeout(0.01).reschedule(0.02), "has not been entered");
        Ok(())
    }

    #[asyncio::test]
    async fn test_timeout_without_task() -> Result<()> {
        let cm = timeout(0.01);
        let outcome = Rc::new(RefCell::new(None));
        let (entered, result) = (cm.clone(), Rc::clone(&outcome));
        // A callback belongs to no task.
        get_running_loop().call_soon(move || {
            let polled = pin!(entered.aenter()).poll(&mut Context::from_waker(Waker::noop()));
            let Poll::Ready(polled) = polled else {
                return Err(Error::from_boxed("pending".into()));
            };
            result.replace(Some(polled));
            Ok(())
        });
        sleep(0).await?;
        assert_refused(outcome.take().expect("it was called"), "task");
        assert_refused(cm.reschedule(0.02), "has not been entered");
        Ok(())
    }
}
