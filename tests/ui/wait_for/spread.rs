//! It waits for one.

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    let sleeps = vec![asyncio::sleep(1)];
    asyncio::wait_for!(..sleeps, 2).await
}
