//! The items have a name.

use asyncio::{Queue, Result, async_for};

async fn work() -> Result<u32> {
    Ok(1)
}

#[asyncio::main]
async fn main() -> Result<()> {
    let queue = Queue::<u32>::new(0);
    async_for!(queue.stream(), { work().await?; })?;
    Ok(())
}
