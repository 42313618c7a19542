//! A `Result` whose error no other error can hold.

async fn work() -> Result<u8, u8> {
    Ok(1)
}

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    asyncio::gather!(work()).await?;
    Ok(())
}
