//! A name that is no option's.

async fn work(number: u8) -> asyncio::Result<u8> {
    Ok(number)
}

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    asyncio::create_task!(work(1), daemon = true).await?;
    Ok(())
}
