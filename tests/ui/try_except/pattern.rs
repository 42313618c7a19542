//! The error stays whole.

use asyncio::{Result, try_except};

#[asyncio::main]
async fn main() -> Result<()> {
    try_except!({}, |asyncio::ValueError { .. }: asyncio::ValueError| {})?;
    Ok(())
}
