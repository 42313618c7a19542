//! `else_` belongs to arms.

use asyncio::{Result, try_except};

#[asyncio::main]
async fn main() -> Result<()> {
    try_except!({}, else_ = {}, finally = {})?;
    Ok(())
}
