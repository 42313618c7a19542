//! Behind all there is nothing.

use asyncio::{Result, try_except};

#[asyncio::main]
async fn main() -> Result<()> {
    try_except!({}, |_: asyncio::BaseException| asyncio::raise!(), |_: asyncio::ValueError| {})?;
    Ok(())
}
