//! Without a limit there is no need of the macro.

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    asyncio::wait_for!(asyncio::sleep(1)).await
}
