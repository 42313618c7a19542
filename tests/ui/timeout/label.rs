//! The label is not that of the block.

use asyncio::{Result, timeout};

#[asyncio::main]
async fn main() -> Result<()> {
    timeout!(1.5, 'work: { break 'work; })?;
    Ok(())
}
