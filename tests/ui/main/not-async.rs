//! A function that nobody has to run.

#[asyncio::main]
fn main() -> asyncio::Result<()> {
    asyncio::sleep(1).await
}
