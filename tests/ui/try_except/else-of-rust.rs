//! `else` has another name.

use asyncio::{Result, try_except};

#[asyncio::main]
async fn main() -> Result<()> {
    try_except!({}, |_: asyncio::ValueError| {}, else = {})?;
    Ok(())
}
