//! Python's constants are texts.

async fn work(number: u8) -> asyncio::Result<u8> {
    Ok(number)
}

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    let tasks = [asyncio::create_task(work(1))];
    let (_, _) = asyncio::wait!(tasks, return_when = "FIRST").await?;
    Ok(())
}
