//! `finally` has none.

use asyncio::{Result, try_except};

#[asyncio::main]
async fn main() -> Result<()> {
    try_except!({}, finally_ = {})?;
    Ok(())
}
