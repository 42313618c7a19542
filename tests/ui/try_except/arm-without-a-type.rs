//! A name alone says nothing.

use asyncio::{Result, try_except};

#[asyncio::main]
async fn main() -> Result<()> {
    try_except!({}, |error| println!("{error}"))?;
    Ok(())
}
