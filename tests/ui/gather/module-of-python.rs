//! Python's dot between a module and a name.

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    asyncio::gather!(asyncio.sleep(1)).await?;
    Ok(())
}
