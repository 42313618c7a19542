//! A path in quotes, as other runtimes take it.

#[asyncio::main(crate = "asyncio")]
async fn main() {}
