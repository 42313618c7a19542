//! The second one would find a function that runs already.

#[asyncio::main]
#[asyncio::main]
async fn main() {}
