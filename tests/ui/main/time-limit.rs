//! An option of tests.

#[asyncio::main(timeout = 5)]
async fn main() {}
