//! The stream comes first.

use asyncio::{Result, async_for};

#[asyncio::main]
async fn main() -> Result<()> {
    async_for!(|number| { println!("{number}") }, else_ = {})?;
    Ok(())
}
