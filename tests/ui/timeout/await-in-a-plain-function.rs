//! A block awaits, so its function is `async`.

use asyncio::{Result, timeout};

fn plain() -> Result<()> {
    timeout!(1.5, {})
}

#[asyncio::main]
async fn main() -> Result<()> {
    plain()
}
