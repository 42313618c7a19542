//! Not everything can be entered.

use asyncio::{Result, async_with};

#[asyncio::main]
async fn main() -> Result<()> {
    async_with!(String::new(), {})?;
    Ok(())
}
