//! Arms have no word before them.

use asyncio::{Result, try_except};

#[asyncio::main]
async fn main() -> Result<()> {
    try_except!({}, except = { println!("failed") })?;
    Ok(())
}
