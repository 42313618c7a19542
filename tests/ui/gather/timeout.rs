//! What `wait_for` is for.

async fn work(number: u8) -> asyncio::Result<u8> {
    Ok(number)
}

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    asyncio::gather!(work(1), timeout = 5).await?;
    Ok(())
}
