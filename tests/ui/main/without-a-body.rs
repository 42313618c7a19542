//! There is nothing to run.

#[asyncio::main]
async fn main();
