//! One sign too many.

async fn work(number: u8) -> asyncio::Result<u8> {
    Ok(number)
}

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    asyncio::gather!(work(1), return_exceptions == true).await?;
    Ok(())
}
