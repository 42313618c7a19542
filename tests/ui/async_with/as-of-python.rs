//! The name comes with the block.

use asyncio::{Result, async_with};

#[asyncio::main]
async fn main() -> Result<()> {
    async_with!(asyncio::Lock::new() as lock, { drop(lock) })?;
    Ok(())
}
