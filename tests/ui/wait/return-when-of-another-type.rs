//! A number where a constant belongs.

async fn work(number: u8) -> asyncio::Result<u8> {
    Ok(number)
}

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    let tasks = [asyncio::create_task(work(1))];
    let first = 1;
    let (_, _) = asyncio::wait!(tasks, return_when = first).await?;
    Ok(())
}
