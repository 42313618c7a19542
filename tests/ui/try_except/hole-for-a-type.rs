//! The type is named.

use asyncio::{Result, try_except};

#[asyncio::main]
async fn main() -> Result<()> {
    try_except!({}, |_: _| {})?;
    Ok(())
}
