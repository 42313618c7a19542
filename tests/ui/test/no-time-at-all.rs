//! Each test would fail.

#[asyncio::test(timeout = 0)]
async fn works() {}

fn main() {}
