//! Futures of others, awaited in coroutines that are cancelled.

use std::cell::Cell;
use std::future::{Future, pending};
use std::rc::Rc;

use asyncio::{CancelledError, Error, Result, create_task, sleep};

struct Dropped(Rc<Cell<bool>>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.set(true);
    }
}

async fn foreign(dropped: Rc<Cell<bool>>) -> u32 {
    let _guard = Dropped(dropped);
    pending().await
}

/// What the future gives cannot hold the error, so that it leaves the function.
#[asyncio::test]
async fn a_plain_future_is_dropped_and_the_error_raised() -> Result<()> {
    #[asyncio::coroutine]
    async fn wait_for_it(dropped: Rc<Cell<bool>>, reached: Rc<Cell<bool>>) -> Result<u32> {
        let value = foreign(dropped).await;
        reached.set(true);
        Ok(value)
    }
    let (dropped, reached) = (Rc::default(), Rc::default());
    let task = create_task(wait_for_it(Rc::clone(&dropped), Rc::clone(&reached)));
    sleep(0).await?;
    task.cancel_with("enough");
    let error = task.await.unwrap_err();
    assert_eq!(format!("{error:?}"), "CancelledError('enough')");
    assert!(dropped.get() && !reached.get());
    Ok(())
}

/// What gives a `Result` gives the error, which can be handled.
#[asyncio::test]
async fn a_result_is_the_error() -> Result<()> {
    async fn inner() -> Result<u32> {
        Ok(pending::<u32>().await)
    }

    #[asyncio::coroutine]
    async fn handle_it() -> Result<&'static str> {
        match inner().await {
            Err(error) if error.is::<CancelledError>() => {
                sleep(0).await?;
                Ok("cleaned up")
            }
            _ => Ok("not cancelled"),
        }
    }
    let task = create_task(handle_it());
    sleep(0).await?;
    task.cancel();
    assert_eq!(task.await?, "cleaned up");
    Ok(())
}

/// The request reaches what is of asyncio in a foreign future first.
#[asyncio::test]
async fn ours_inside_takes_the_request() -> Result<()> {
    async fn plain() -> &'static str {
        match sleep(3600).await {
            Err(error) if error.is::<CancelledError>() => "told",
            _ => "slept",
        }
    }

    #[asyncio::coroutine]
    async fn ask() -> Result<&'static str> {
        Ok(plain().await)
    }
    let task = create_task(ask());
    sleep(0).await?;
    task.cancel();
    assert_eq!(task.await?, "told");
    Ok(())
}

/// A `Result` of another error cannot hold it.
#[asyncio::test]
async fn another_result_lets_the_error_out() -> Result<()> {
    #[asyncio::coroutine]
    async fn read<F>(source: F) -> Result<u32>
    where
        F: Future<Output = std::result::Result<u32, std::fmt::Error>>,
    {
        Ok(source.await.unwrap_or(0))
    }
    let task = create_task(read(pending()));
    sleep(0).await?;
    task.cancel();
    assert!(task.await.unwrap_err().is::<CancelledError>());
    Ok(())
}

/// What a closure awaits it awaits by itself.
#[asyncio::test]
async fn closures_and_blocks_are_left_alone() -> Result<()> {
    #[asyncio::coroutine]
    async fn outer() -> Result<u32> {
        let one = async || sleep(0).await.map(|()| 1);
        let two = async { sleep(0).await.map(|()| 2) };
        Ok(one().await? + two.await?)
    }
    assert_eq!(outer().await?, 3);
    Ok::<(), Error>(())
}
