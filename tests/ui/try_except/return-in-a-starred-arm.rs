//! Other arms may come.

use asyncio::{Result, try_except};

#[asyncio::main]
async fn main() -> Result<()> {
    try_except!({}, *|_: asyncio::ValueError| return Ok(()))?;
    Ok(())
}
