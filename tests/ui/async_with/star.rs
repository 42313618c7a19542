//! A star is for arms.

use asyncio::{Result, async_with};

#[asyncio::main]
async fn main() -> Result<()> {
    async_with!(asyncio::Lock::new(), *|_lock| {})?;
    Ok(())
}
