//! The unit behind the number.

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    asyncio::wait_for!(asyncio::sleep(1), timeout = 5s).await?;
    Ok(())
}
