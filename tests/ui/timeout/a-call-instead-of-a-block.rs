//! What runs is a block, not a coroutine.

use asyncio::{Result, timeout};

async fn work() -> Result<u32> {
    Ok(1)
}

#[asyncio::main]
async fn main() -> Result<()> {
    timeout!(1.5, work())?;
    Ok(())
}
