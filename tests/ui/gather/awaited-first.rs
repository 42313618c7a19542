//! The result of a coroutine that has run already.

async fn work(number: u8) -> asyncio::Result<u8> {
    Ok(number)
}

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    let (_, _) = asyncio::gather!(work(1).await, work(2)).await?;
    Ok(())
}
