//! The function and its arguments, as threads take them.

async fn work(number: u8) -> asyncio::Result<u8> {
    Ok(number)
}

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    asyncio::create_task!(work, 1).await?;
    Ok(())
}
