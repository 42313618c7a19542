//! An option of tests.

#[asyncio::main(cancel = "each_await")]
async fn main() {}
