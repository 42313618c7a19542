//! A closure where the path of a function belongs.

#[asyncio::main(loop_factory = || asyncio::new_event_loop())]
async fn main() {}
