//! A text, and nearly the one.

#[asyncio::test(cancel = "each_awiat")]
async fn works() {}

fn main() {}
