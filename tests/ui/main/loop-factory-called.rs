//! A loop where the function that makes one belongs.

#[asyncio::main(loop_factory = asyncio::new_event_loop())]
async fn main() {}
