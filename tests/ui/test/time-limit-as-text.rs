//! A text where a number of seconds belongs.

#[asyncio::test(timeout = "5s")]
async fn works() {}

fn main() {}
