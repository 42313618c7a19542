//! The value of a coroutine is of the type that it says.

#[asyncio::coroutine]
async fn work() -> asyncio::Result<u32> {
    asyncio::sleep(0).await?;
    Ok("1")
}

fn main() {
    drop(asyncio::run(work()));
}
