//! The loop has no value.

use asyncio::{Queue, Result, async_for};

#[asyncio::main]
async fn main() -> Result<()> {
    let queue = Queue::<u32>::new(0);
    async_for!(queue.stream(), |number| { break number; })?;
    Ok(())
}
