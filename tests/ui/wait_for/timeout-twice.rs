//! By place and by name.

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    asyncio::wait_for!(asyncio::sleep(1), 1, timeout = 2).await
}
