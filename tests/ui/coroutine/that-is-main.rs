//! `main` is run, and not awaited.

#[asyncio::coroutine]
#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    Ok(())
}
