//! Told once, at the number.

async fn work() -> asyncio::Result<u8> {
    Ok(1)
}

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    let (_, _) = asyncio::gather!(work(), 5).await?;
    Ok(())
}
