//! What an error was raised from, and what was being handled then.

use std::cell::RefCell;

use asyncio::{
    CancelledError, Error, ExceptionGroup, KeyError, Result, TaskGroup, TimeoutError, ValueError,
    ZeroDivisionError, current_task, sleep, timeout,
};

use super::timed_out;

/// Sleeps until the time is over, while an error is being handled: the `finally` of a `try`.
async fn sleep_while_handling(handled: Error) -> Result<()> {
    sleep(1).await.map_err(|cancelled| cancelled.with_context(handled))
}

fn divided_by_zero() -> Error {
    ZeroDivisionError("division by zero")
}

/// Asserts that this is the TimeoutError of a cancellation, and returns that.
fn cancellation_of(timeout: &Error) -> Error {
    assert!(timeout.is::<TimeoutError>());
    let cancelled = timeout.cause().expect("it has a cause");
    assert!(cancelled.is::<CancelledError>());
    assert!(timeout.context().is_some_and(|context| context.is_same(&cancelled)));
    assert!(cancelled.cause().is_none());
    cancelled
}

/// Asserts that this has a context and no cause, and returns the context.
fn context_of(error: &Error) -> Error {
    assert!(error.cause().is_none());
    error.context().expect("it has a context")
}

mod TimeoutTests {
    use super::*;

    #[asyncio::test(virtual_time = true)]
    async fn test_timeout_exception_context() -> Result<()> {
        let block = async |_: &_| sleep_while_handling(divided_by_zero()).await;
        let error = timed_out(timeout(0.01).run(block).await);
        assert!(context_of(&cancellation_of(&error)).is::<ZeroDivisionError>());
        Ok(())
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_foreign_exception_on_timeout() -> Result<()> {
        async fn crash() -> Result<()> {
            let cancelled = sleep(1).await.unwrap_err();
            Err(divided_by_zero().with_context(cancelled))
        }

        let error = timeout(0.01).run(async |_| crash().await).await.unwrap_err();
        assert!(error.is::<ZeroDivisionError>());
        cancellation_of(&context_of(&error));
        Ok(())
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_foreign_exception_on_timeout_2() -> Result<()> {
        let outcome = timeout(0.01)
            .run(async |_| {
                let cancelled = sleep_while_handling(ValueError("first")).await.unwrap_err();
                let second = KeyError("second").with_context(cancelled);
                Err::<(), _>(divided_by_zero().with_context(second))
            })
            .await;
        let error = outcome.unwrap_err();
        assert!(error.is::<ZeroDivisionError>());
        let second = context_of(&error);
        assert!(second.is::<KeyError>());
        let cancelled = cancellation_of(&context_of(&second));
        assert!(context_of(&cancelled).is::<ValueError>());
        Ok(())
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_nested_timeout_in_finally() -> Result<()> {
        let inner_error = RefCell::new(None);
        let outcome = timeout(0.01)
            .run(async |_| {
                let cancelled = sleep(1).await.unwrap_err();
                let handled = cancelled.clone();
                let outcome = timeout(0.01)
                    .run(async move |_| {
                        let slept = sleep(10).await;
                        slept.map_err(|cancelled| cancelled.with_context(handled))
                    })
                    .await;
                inner_error.replace(Some(timed_out(outcome)));
                Err::<(), _>(cancelled)
            })
            .await;
        let cancelled = cancellation_of(&timed_out(outcome));
        assert!(cancelled.context().is_none());
        let inner_error = inner_error.take().expect("the inner block was left");
        let inner_cancelled = cancellation_of(&inner_error);
        // Python links the inner one to the outer one; here, without a message, both are one.
        assert!(inner_cancelled.is_same(&cancelled));
        Ok(())
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_timeout_after_cancellation() -> Result<()> {
        current_task().unwrap().cancel();
        assert!(sleep(1).await.unwrap_err().is::<CancelledError>());
        timed_out(timeout(0).run(async |_| sleep(1).await).await);
        Ok(())
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_cancel_in_timeout_after_cancellation() -> Result<()> {
        current_task().unwrap().cancel();
        assert!(sleep(1).await.unwrap_err().is::<CancelledError>());
        let outcome = timeout(1)
            .run(async |_| {
                current_task().unwrap().cancel();
                sleep(2).await
            })
            .await;
        assert!(outcome.unwrap_err().is::<CancelledError>());
        Ok(())
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_timeout_taskgroup() -> Result<()> {
        async fn crash_in_cleanup() -> Result<()> {
            let cancelled = sleep(2).await.unwrap_err();
            Err(divided_by_zero().with_context(cancelled))
        }

        let outcome = timeout(0.01)
            .run(async |_| {
                let group = TaskGroup::new();
                let body = async |group: &TaskGroup| {
                    group.create_task(crash_in_cleanup())?;
                    sleep_while_handling(ValueError("value")).await
                };
                group.run(body).await
            })
            .await;
        let group = outcome.unwrap_err();
        let cancelled = cancellation_of(&context_of(&group));
        assert!(context_of(&cancelled).is::<ValueError>());

        let group = group.downcast_ref::<ExceptionGroup>().expect("a group of errors");
        let [error] = group.exceptions() else { panic!("{group:?}") };
        assert!(error.is::<ZeroDivisionError>());
        // Another cancellation, the task's own.
        let cancelled = cancellation_of(&context_of(error));
        assert!(cancelled.context().is_none());
        Ok(())
    }
}
