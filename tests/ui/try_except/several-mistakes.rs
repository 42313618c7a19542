//! All of them are reported.

use asyncio::{Result, try_except};

#[asyncio::main]
async fn main() -> Result<()> {
    try_except!(async {}, |error| {}, |_: &String| {}, els = {}, finally = || {})?;
    Ok(())
}
