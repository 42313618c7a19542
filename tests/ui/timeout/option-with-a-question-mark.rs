//! `?` wants a `Result`.

use asyncio::{Result, timeout};

#[asyncio::main]
async fn main() -> Result<()> {
    let list = vec![1];
    timeout!(1.5, { list.first()? })?;
    Ok(())
}
