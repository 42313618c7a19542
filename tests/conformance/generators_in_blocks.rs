//! Generators that wait, and give their values, within blocks, and are asked within others.

use asyncio::{
    AsyncContextManager, AsyncGenerator, Error, Result, TimeoutError, async_with, create_task,
    timeout, try_except, yield_,
};

use crate::trace::{outcome, run, trace};

crate::scenarios! { generators_in_blocks:
    a_timeout_while_a_generator_is_in_a_block,
    a_generator_goes_on_in_another_timeout,
    a_generator_goes_on_in_another_task,
}

/// Says how it is left.
struct Block;

impl AsyncContextManager for Block {
    type Value = ();

    async fn aenter(&self) -> Result<()> {
        trace!("enter");
        Ok(())
    }

    async fn aexit(&self, error: Option<&Error>) -> Result<bool> {
        trace!("exit with {}", error.map_or("None".to_owned(), |error| format!("{error:?}")));
        Ok(false)
    }
}

fn a_timeout_while_a_generator_is_in_a_block() {
    #[asyncio::generator]
    async fn within() -> AsyncGenerator<i32> {
        async_with!(Block, {
            asyncio::sleep(0).await?;
            yield_!(1)?;
        })?;
    }
    run(async {
        let numbers = within();
        outcome("anext", numbers.anext()).await?;
        try_except!(
            {
                timeout!(0, {
                    asyncio::sleep(0).await?;
                    trace!("not reached");
                })?;
            },
            |error: TimeoutError| {
                trace!("raised {error:?}");
            }
        )?;
        outcome("aclose", numbers.aclose()).await
    });
}

/// Waits in a block when it has given a value.
#[asyncio::generator]
async fn waiting_within() -> AsyncGenerator<i32> {
    async_with!(Block, {
        yield_!(1)?;
        asyncio::sleep(10).await?;
    })?;
}

fn a_generator_goes_on_in_another_timeout() {
    run(async {
        let numbers = waiting_within();
        timeout!(5, { outcome("anext", numbers.anext()).await? })?;
        try_except!(
            {
                timeout!(1, { numbers.anext().await? })?;
            },
            |error: TimeoutError| {
                trace!("raised {error:?}");
            }
        )?;
        outcome("anext", numbers.anext()).await
    });
}

fn a_generator_goes_on_in_another_task() {
    run(async {
        let numbers = waiting_within();
        outcome("anext", numbers.anext()).await?;
        let task = create_task(outcome("in the task", numbers.anext()));
        asyncio::sleep(0).await?;
        try_except!(
            {
                timeout!(0, {
                    asyncio::sleep(0).await?;
                    trace!("not reached");
                })?;
            },
            |error: TimeoutError| {
                trace!("raised {error:?}");
            }
        )?;
        task.await
    });
}
