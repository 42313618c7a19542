//! Blocks in coroutines and generators.

use std::cell::RefCell;
use std::rc::Rc;

use asyncio::{
    AsyncGenerator, CancelledError, GeneratorExit, Lock, Result, ValueError, aclosing, async_for,
    async_with, create_task, sleep, timeout, try_except, yield_,
};

type Log = Rc<RefCell<Vec<&'static str>>>;

#[asyncio::generator]
async fn numbers(log: Log, lock: Rc<Lock>) -> AsyncGenerator<u32, Option<u32>> {
    try_except!(
        {
            async_with!(lock, {
                for number in 0..5 {
                    sleep(0).await?;
                    if yield_!(number)? == Some(0) {
                        log.borrow_mut().push("returns");
                        return;
                    }
                }
            })?;
        },
        |_: GeneratorExit| {
            log.borrow_mut().push("closed");
            asyncio::raise!();
        },
        finally = {
            sleep(0).await?;
            log.borrow_mut().push("finally");
        }
    )?;
    log.borrow_mut().push("end");
}

#[asyncio::test]
async fn a_generator_runs_its_exits() -> Result<()> {
    let (log, lock) = (Log::default(), Rc::new(Lock::new()));
    let closed = numbers(Rc::clone(&log), Rc::clone(&lock));
    assert_eq!(closed.anext().await?, 0);
    assert!(lock.locked());
    closed.aclose().await?;
    assert!(!lock.locked());
    assert_eq!(log.take(), ["closed", "finally"]);

    let returned = numbers(Rc::clone(&log), Rc::clone(&lock));
    assert_eq!(returned.anext().await?, 0);
    assert!(returned.asend(Some(0)).await.is_err());
    assert!(!lock.locked());
    assert_eq!(log.take(), ["returns", "finally"]);
    Ok(())
}

#[asyncio::coroutine]
async fn sum(log: Log, limit: u32) -> Result<u32> {
    let mut sum = 0;
    let lock = Rc::new(Lock::new());
    async_with!(aclosing(numbers(Rc::clone(&log), lock)), |items| {
        async_for!(items, |number| {
            if number == limit {
                break;
            }
            sum += number;
        })?;
    })?;
    Ok(sum)
}

#[asyncio::test]
async fn a_coroutine_goes_through_a_generator() -> Result<()> {
    let log = Log::default();
    assert_eq!(sum(Rc::clone(&log), 3).await?, 3);
    assert_eq!(log.take(), ["closed", "finally"]);
    assert_eq!(sum(Rc::clone(&log), 9).await?, 10);
    assert_eq!(log.take(), ["finally", "end"]);
    Ok(())
}

#[asyncio::test]
async fn a_foreign_await_in_a_block_is_cancelled() -> Result<()> {
    #[asyncio::coroutine]
    async fn wait(log: Log) -> Result<()> {
        try_except!(
            {
                std::future::pending::<u32>().await;
            },
            |_: CancelledError| {
                log.borrow_mut().push("cancelled");
                asyncio::raise!();
            },
            finally = {
                log.borrow_mut().push("finally");
            }
        )?;
        Ok(())
    }
    let log = Log::default();
    let task = create_task(wait(Rc::clone(&log)));
    sleep(0).await?;
    task.cancel();
    assert!(task.await.unwrap_err().is::<CancelledError>());
    assert_eq!(log.take(), ["cancelled", "finally"]);
    Ok(())
}

#[asyncio::test]
async fn a_yield_is_raised_into() -> Result<()> {
    #[asyncio::generator]
    async fn patient() -> AsyncGenerator<&'static str> {
        loop {
            try_except!(
                {
                    yield_!("next")?;
                },
                |_: ValueError| {
                    yield_!("handled")?;
                }
            )?;
        }
    }
    let texts = patient();
    assert_eq!(texts.anext().await?, "next");
    assert_eq!(texts.athrow(ValueError("x")).await?, Some("handled"));
    assert_eq!(texts.anext().await?, "next");
    texts.aclose().await
}

/// A generator collects within a limit of time, and gives behind it.
#[asyncio::test(virtual_time = true)]
async fn values_are_given_behind_a_timeout() -> Result<()> {
    #[asyncio::generator]
    async fn batches() -> AsyncGenerator<Vec<u32>> {
        for batch in 0..2 {
            let mut numbers = Vec::new();
            let outcome = timeout!(1, {
                for number in 0..9 {
                    sleep(0.4).await?;
                    numbers.push(batch * 10 + number);
                }
            });
            assert!(outcome.is_err());
            yield_!(numbers)?;
        }
    }
    let batches = batches();
    assert_eq!(batches.anext().await?, [0, 1]);
    assert_eq!(batches.anext().await?, [10, 11]);
    batches.aclose().await
}
