//! Outside of a trait, a coroutine has a body.

#[asyncio::coroutine]
async fn work() -> asyncio::Result<()>;

fn main() {}
