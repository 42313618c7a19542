//! Only its type says that it is a list.

async fn work(number: u8) -> asyncio::Result<u8> {
    Ok(number)
}

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    let works = vec![work(1), work(2)];
    asyncio::gather!(works).await?;
    Ok(())
}
