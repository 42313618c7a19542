//! The function instead of its coroutine.

async fn work() -> asyncio::Result<u8> {
    Ok(1)
}

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    let (_, _) = asyncio::gather!(work(), work).await?;
    Ok(())
}
