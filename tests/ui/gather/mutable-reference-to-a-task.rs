//! A loan of a handle; handles are cheap to clone.

async fn work() -> asyncio::Result<u8> {
    Ok(1)
}

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    let mut task = asyncio::create_task(work());
    asyncio::gather!(&mut task).await?;
    Ok(())
}
