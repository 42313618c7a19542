//! The time that the consumer takes would count, and its work be cancelled.

use asyncio::{AsyncGenerator, Result, sleep, timeout, yield_};

#[asyncio::generator]
async fn ticks() -> AsyncGenerator<u32> {
    timeout!(1, {
        sleep(0.5).await?;
        yield_!(1)?;
    })?;
}

#[asyncio::main]
async fn main() -> Result<()> {
    ticks().aclose().await
}
