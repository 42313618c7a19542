//! The type alone.

use asyncio::{Result, try_except};

#[asyncio::main]
async fn main() -> Result<()> {
    try_except!({}, |e: &asyncio::ValueError| println!("{e}"))?;
    Ok(())
}
