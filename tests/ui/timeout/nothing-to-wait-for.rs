//! What is awaited is a future.

use asyncio::{Result, timeout};

#[asyncio::main]
async fn main() -> Result<()> {
    timeout!(1.5, { 5.await })?;
    Ok(())
}
