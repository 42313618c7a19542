//! Python's way to pass options on.

async fn work(number: u8) -> asyncio::Result<u8> {
    Ok(number)
}

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    let options = asyncio::TaskOptions::new();
    asyncio::create_task!(work(1), **options).await?;
    Ok(())
}
