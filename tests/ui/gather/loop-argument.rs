//! An argument that Python has no more.

async fn work(number: u8) -> asyncio::Result<u8> {
    Ok(number)
}

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    asyncio::gather!(work(1), loop = asyncio::get_running_loop()).await?;
    Ok(())
}
