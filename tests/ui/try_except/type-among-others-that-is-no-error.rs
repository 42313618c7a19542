//! Each of several types is one of errors.

use asyncio::{Result, try_except};

#[asyncio::main]
async fn main() -> Result<()> {
    try_except!({}, |_: (asyncio::ValueError, u8)| {})?;
    Ok(())
}
