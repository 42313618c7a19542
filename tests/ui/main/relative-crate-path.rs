//! A path that means something else in other modules.

use asyncio as aio;

#[aio::main(crate = aio)]
async fn main() {}
