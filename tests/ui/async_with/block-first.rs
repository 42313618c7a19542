//! The manager comes first.

use asyncio::{Result, async_with};

#[asyncio::main]
async fn main() -> Result<()> {
    let lock = asyncio::Lock::new();
    async_with!(|_entered| {}, lock)?;
    Ok(())
}
