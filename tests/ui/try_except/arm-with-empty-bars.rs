//! Nothing is not everything.

use asyncio::{Result, try_except};

#[asyncio::main]
async fn main() -> Result<()> {
    try_except!({}, || println!("failed"))?;
    Ok(())
}
