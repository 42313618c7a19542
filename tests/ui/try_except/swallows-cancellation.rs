//! An arm for everything that never raises is warned of.

#![deny(deprecated)]

use asyncio::{BaseException, Result, try_except};

async fn work() -> Result<u32> {
    Ok(1)
}

#[asyncio::main]
async fn main() -> Result<()> {
    try_except!({ work().await? }, |_: BaseException| 0)?;
    Ok(())
}
