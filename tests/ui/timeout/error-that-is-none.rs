//! `?` wants an error that can be raised.

use asyncio::{Result, timeout};

#[asyncio::main]
async fn main() -> Result<()> {
    let outcome: Result<u32, u32> = Ok(1);
    timeout!(1.5, { outcome? })?;
    Ok(())
}
