//! A task where a list of them belongs.

async fn work(number: u8) -> asyncio::Result<u8> {
    Ok(number)
}

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    let task = asyncio::create_task(work(1));
    let (_, _) = asyncio::wait!(task).await?;
    Ok(())
}
