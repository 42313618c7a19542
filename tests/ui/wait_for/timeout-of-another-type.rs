//! Neither seconds, nor a duration, nor `None`.

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    let limit = true;
    asyncio::wait_for!(asyncio::sleep(1), limit).await
}
