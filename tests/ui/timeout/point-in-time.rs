//! Another function takes a point in time.

use asyncio::{Result, timeout};

#[asyncio::main]
async fn main() -> Result<()> {
    timeout!(when = 1.5, body = {})?;
    Ok(())
}
