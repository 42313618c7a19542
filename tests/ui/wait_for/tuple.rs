//! A tuple where one is waited for.

async fn work(number: u8) -> asyncio::Result<u8> {
    Ok(number)
}

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    asyncio::wait_for!((work(1), work(2)), 1).await?;
    Ok(())
}
