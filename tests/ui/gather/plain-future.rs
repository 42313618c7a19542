//! A future that could not be cancelled.

async fn work() -> asyncio::Result<u8> {
    Ok(1)
}

async fn plain() -> u8 {
    2
}

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    let (_, _) = asyncio::gather!(work(), plain()).await?;
    Ok(())
}
