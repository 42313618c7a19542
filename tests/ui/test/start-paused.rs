//! An option of tokio that has another name here.

#[asyncio::test(start_paused = true)]
async fn works() {}

fn main() {}
