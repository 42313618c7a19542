//! A task where an iterator of them belongs.

async fn work() -> asyncio::Result<u8> {
    Ok(1)
}

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    let task = asyncio::create_task(work());
    asyncio::gather!(..task).await?;
    Ok(())
}
