//! Awaits in the macros of others, in coroutines that are cancelled.

use std::cell::Cell;
use std::future::{Future, pending};
use std::rc::Rc;

use asyncio::{AsyncGenerator, CancelledError, Result, ValueError, create_task, sleep, yield_};

/// One whose arguments are values.
macro_rules! note {
    ($log:expr, $($value:expr),* $(,)?) => {
        $($log.set($log.get() + $value);)*
    };
}

/// One that pastes tokens where an expression may begin a statement.
macro_rules! pasted {
    ($($tokens:tt)*) => {{
        let value = if $($tokens)* == 1 { "one" } else { "another" };
        $($tokens)* == 1;
        value
    }};
}

/// One that makes a block with a value of its own.
macro_rules! in_a_block {
    ($value:expr) => {
        async { ($value, 1_u8) }
    };
}

/// One with a language of its own.
macro_rules! bind {
    ($name:ident <- $future:expr => $code:expr) => {{
        let $name = $future;
        $code
    }};
}

/// Gives up, or ends with `outcome`.
async fn foreign(outcome: Option<u32>) -> Result<u32> {
    match outcome {
        Some(value) => Ok(value),
        None => Ok(pending::<u32>().await),
    }
}

async fn cancelled<T: 'static>(coroutine: impl Future<Output = Result<T>> + 'static) -> Result<T> {
    let task = create_task(coroutine);
    sleep(0).await?;
    task.cancel();
    task.await
}

#[asyncio::test]
async fn a_result_is_the_error() -> Result<()> {
    #[asyncio::coroutine]
    async fn add(log: Rc<Cell<u32>>) -> Result<()> {
        note!(log, 1, foreign(Some(2)).await?, foreign(None).await.unwrap_or(40));
        Ok(())
    }
    let log = Rc::default();
    cancelled(add(Rc::clone(&log))).await?;
    assert_eq!(log.get(), 43);
    Ok(())
}

#[asyncio::test]
async fn an_error_leaves_the_coroutine() -> Result<()> {
    #[asyncio::coroutine]
    async fn add(log: Rc<Cell<u32>>) -> Result<()> {
        note!(log, 1, foreign(None).await?);
        Ok(())
    }
    let log = Rc::default();
    let error = cancelled(add(Rc::clone(&log))).await.unwrap_err();
    assert!(error.is::<CancelledError>());
    assert_eq!(log.get(), 1);
    Ok(())
}

/// What cannot hold the error goes with the coroutine, as in a plain `async fn`.
#[asyncio::test]
async fn a_plain_future_is_dropped_with_the_coroutine() -> Result<()> {
    #[asyncio::coroutine]
    async fn add(log: Rc<Cell<u32>>) -> Result<()> {
        note!(log, 1, std::future::ready(2).await, pending::<u32>().await);
        log.set(100);
        Ok(())
    }
    let log: Rc<Cell<u32>> = Rc::default();
    let error = cancelled(add(Rc::clone(&log))).await.unwrap_err();
    assert!(error.is::<CancelledError>());
    assert_eq!((log.get(), Rc::strong_count(&log)), (3, 1));
    Ok(())
}

#[asyncio::test]
async fn ours_inside_takes_the_request() -> Result<()> {
    #[asyncio::coroutine]
    async fn sleeper(log: Rc<Cell<u32>>) -> Result<()> {
        note!(log, sleep(3600).await.map_or(7, |()| 0));
        Ok(())
    }
    let log = Rc::default();
    cancelled(sleeper(Rc::clone(&log))).await?;
    assert_eq!(log.get(), 7);
    Ok(())
}

/// Wherever the macro puts it, it is one expression, and leaves nothing but its place.
#[asyncio::test]
async fn the_await_may_be_put_anywhere() -> Result<()> {
    #[asyncio::coroutine]
    async fn paste() -> Result<&'static str> {
        #[allow(unused_must_use, reason = "the macro compares for nothing")]
        let value = pasted!(foreign(Some(1)).await?);
        Ok(value)
    }

    #[asyncio::coroutine]
    async fn own_block() -> Result<(u32, u8)> {
        let (value, one) = in_a_block!(std::future::ready(5).await).await;
        let (result, _) = in_a_block!(foreign(None).await).await;
        assert!(result.unwrap_err().is::<CancelledError>());
        Ok((value, one))
    }
    assert_eq!(paste().await?, "one");
    assert_eq!(cancelled(own_block()).await?, (5, 1));
    Ok(())
}

#[asyncio::test]
async fn other_languages_are_left_alone() -> Result<()> {
    #[asyncio::coroutine]
    async fn bound() -> Result<u32> {
        let text = stringify!(foreign(None).await);
        assert_eq!(text, "foreign(None).await");
        let one = bind!(value <- foreign(Some(1)).await? => value);
        let two = futures::select_biased! {
            two = futures::FutureExt::fuse(Box::pin(foreign(Some(2)))) => foreign(two.ok()).await?,
            _ = futures::FutureExt::fuse(Box::pin(sleep(3600))) => 0,
        };
        Ok(one + two + bind!(value <- foreign(None).await => value.unwrap_or(50)))
    }
    // Nothing in there takes the request: the coroutine does.
    assert!(cancelled(bound()).await.unwrap_err().is::<CancelledError>());
    Ok(())
}

#[asyncio::test]
async fn an_error_of_another_type_is_left_alone() -> Result<()> {
    #[asyncio::coroutine]
    async fn add(log: Rc<Cell<u32>>) -> Result<()> {
        let unable = pending::<std::result::Result<u32, std::fmt::Error>>();
        note!(log, unable.await.unwrap_or(1));
        Ok(())
    }
    let log: Rc<Cell<u32>> = Rc::default();
    assert!(cancelled(add(Rc::clone(&log))).await.unwrap_err().is::<CancelledError>());
    assert_eq!(log.get(), 0);
    Ok(())
}

#[asyncio::test]
async fn a_generator_has_them_too() -> Result<()> {
    #[asyncio::generator]
    async fn sums(log: Rc<Cell<u32>>) -> AsyncGenerator<u32> {
        note!(log, foreign(Some(1)).await?);
        yield_!(log.get())?;
        note!(log, foreign(None).await.unwrap_or(10));
        yield_!(log.get())?;
        note!(log, Err::<u32, _>(ValueError("over"))?, foreign(None).await?);
    }
    let sums = sums(Rc::default());
    assert_eq!(sums.anext().await?, 1);
    assert_eq!(cancelled(sums.anext()).await?, 11);
    assert!(sums.anext().await.unwrap_err().is::<ValueError>());
    Ok(())
}
