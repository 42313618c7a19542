//! Python's spread.

async fn work(number: u8) -> asyncio::Result<u8> {
    Ok(number)
}

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    let tasks = vec![work(1), work(2)];
    asyncio::gather!(*tasks).await?;
    Ok(())
}
