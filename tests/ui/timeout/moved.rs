//! The block owns nothing, as it runs where it stands.

use asyncio::{Result, timeout};

#[asyncio::main]
async fn main() -> Result<()> {
    timeout!(1.5, move |t| { t.when() })?;
    Ok(())
}
