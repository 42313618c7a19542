//! As in Python, names come last.

async fn work(number: u8) -> asyncio::Result<u8> {
    Ok(number)
}

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    asyncio::gather!(return_exceptions = true, work(1)).await?;
    Ok(())
}
