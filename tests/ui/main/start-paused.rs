//! An option of tests, by its name elsewhere.

#[asyncio::main(start_paused = true)]
async fn main() {}
