//! Python forbids it, too: nobody could tell which of them is done.

async fn work(number: u8) -> asyncio::Result<u8> {
    Ok(number)
}

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    let (_, _) = asyncio::wait!([work(1), work(2)]).await?;
    Ok(())
}
