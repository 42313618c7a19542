//! A tuple has members.

use asyncio::{Result, try_except};

#[asyncio::main]
async fn main() -> Result<()> {
    try_except!({}, |_: ()| {})?;
    Ok(())
}
