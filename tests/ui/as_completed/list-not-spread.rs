//! Python's way to give a list.

async fn work(number: u8) -> asyncio::Result<u8> {
    Ok(number)
}

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    let tasks = [asyncio::create_task(work(1))];
    for next in asyncio::as_completed!(tasks) {
        next.await?;
    }
    Ok(())
}
