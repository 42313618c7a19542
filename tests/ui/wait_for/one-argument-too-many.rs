//! There are two parameters.

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    asyncio::wait_for!(asyncio::sleep(1), 2, 3).await
}
