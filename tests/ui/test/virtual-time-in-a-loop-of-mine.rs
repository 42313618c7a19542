//! Two ways to make one loop.

#[asyncio::test(virtual_time = true, loop_factory = asyncio::new_event_loop)]
async fn works() {}

fn main() {}
