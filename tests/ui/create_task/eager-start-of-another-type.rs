//! Something that is neither true nor false.

async fn work(number: u8) -> asyncio::Result<u8> {
    Ok(number)
}

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    let eager = Some(true);
    asyncio::create_task!(work(1), eager_start = eager).await?;
    Ok(())
}
