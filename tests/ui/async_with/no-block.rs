//! There is a block.

use asyncio::{Result, async_with};

#[asyncio::main]
async fn main() -> Result<()> {
    async_with!(asyncio::Lock::new())?;
    Ok(())
}
