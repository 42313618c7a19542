//! The block needs no `async`.

use asyncio::{Result, timeout};

async fn work() -> Result<u32> {
    Ok(1)
}

#[asyncio::main]
async fn main() -> Result<()> {
    timeout!(1.5, async { work().await? })?;
    Ok(())
}
