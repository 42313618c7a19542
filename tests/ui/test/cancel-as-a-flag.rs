//! There is more to say than yes or no, one day.

#[asyncio::test(cancel = true)]
async fn works() {}

fn main() {}
