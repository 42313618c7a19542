//! Python's tuple of tasks of one type.

async fn work(number: u8) -> asyncio::Result<u8> {
    Ok(number)
}

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    let (one, two) = (asyncio::create_task(work(1)), asyncio::create_task(work(2)));
    let (_, _) = asyncio::wait!((one, two)).await?;
    Ok(())
}
