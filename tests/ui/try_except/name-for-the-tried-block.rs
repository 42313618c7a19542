//! The tried block gets nothing.

use asyncio::{Result, try_except};

#[asyncio::main]
async fn main() -> Result<()> {
    try_except!(|value| { drop(value) }, |_: asyncio::ValueError| {})?;
    Ok(())
}
