//! A list where its members belong.

async fn work(number: u8) -> asyncio::Result<u8> {
    Ok(number)
}

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    asyncio::gather!([work(1), work(2)]).await?;
    Ok(())
}
