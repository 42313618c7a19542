//! All arms have a star, or none.

use asyncio::{Result, try_except};

#[asyncio::main]
async fn main() -> Result<()> {
    try_except!({}, |_: asyncio::ValueError| {}, *|_: asyncio::TypeError| {})?;
    Ok(())
}
