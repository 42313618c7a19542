//! The flag decides the type of the result.

async fn work(number: u8) -> asyncio::Result<u8> {
    Ok(number)
}

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    let flag = true;
    asyncio::gather!(work(1), return_exceptions = flag).await?;
    Ok(())
}
