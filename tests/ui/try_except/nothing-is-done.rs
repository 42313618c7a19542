//! A `try` is for something.

use asyncio::{Result, try_except};

async fn work() -> Result<u32> {
    Ok(1)
}

#[asyncio::main]
async fn main() -> Result<()> {
    try_except!({ work().await? })?;
    Ok(())
}
