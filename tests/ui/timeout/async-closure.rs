//! What has a name needs no `async` either.

use asyncio::{Result, timeout};

#[asyncio::main]
async fn main() -> Result<()> {
    timeout!(1.5, async |t| { t.when() })?;
    Ok(())
}
