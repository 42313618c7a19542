//! Python's place for `await`.

async fn work(number: u8) -> asyncio::Result<u8> {
    Ok(number)
}

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    asyncio::gather!(await work(1)).await?;
    Ok(())
}
