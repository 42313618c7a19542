//! Several types are a tuple.

use asyncio::{Result, try_except};

#[asyncio::main]
async fn main() -> Result<()> {
    try_except!({}, |a: asyncio::ValueError, b: asyncio::ValueError| println!("{a} {b}"))?;
    Ok(())
}
