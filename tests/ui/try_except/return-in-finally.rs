//! What is on its way would be lost.

use asyncio::{Result, try_except};

#[asyncio::main]
async fn main() -> Result<()> {
    try_except!({}, finally = { return Ok(()) })?;
    Ok(())
}
