//! A star takes groups apart.

use asyncio::{Result, try_except};

#[asyncio::main]
async fn main() -> Result<()> {
    try_except!({}, *|_: asyncio::ExceptionGroup| {})?;
    Ok(())
}
