//! The one value is a text.

#[asyncio::test(cancel = each_await)]
async fn works() {}

fn main() {}
