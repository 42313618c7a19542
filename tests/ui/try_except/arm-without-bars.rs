//! An arm has a type.

use asyncio::{Result, try_except};

#[asyncio::main]
async fn main() -> Result<()> {
    try_except!({}, { println!("failed") })?;
    Ok(())
}
