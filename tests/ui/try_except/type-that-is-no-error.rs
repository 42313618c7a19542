//! Not every type is one of errors.

use asyncio::{Result, try_except};

#[asyncio::main]
async fn main() -> Result<()> {
    try_except!({}, |e: String| println!("{e}"))?;
    Ok(())
}
