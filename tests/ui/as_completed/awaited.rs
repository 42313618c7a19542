//! It is iterated, and what it gives is awaited.

async fn work(number: u8) -> asyncio::Result<u8> {
    Ok(number)
}

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    asyncio::as_completed!(..[work(1)]).await;
    Ok(())
}
