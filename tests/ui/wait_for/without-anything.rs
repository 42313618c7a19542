//! There is no token to point at but the call.

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    asyncio::wait_for!().await
}
