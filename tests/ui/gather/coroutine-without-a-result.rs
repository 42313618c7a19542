//! It could not say that it was cancelled.

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    asyncio::gather!(async { 5 }).await?;
    Ok(())
}
