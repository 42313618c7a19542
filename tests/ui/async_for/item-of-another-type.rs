//! The items are of the stream's type.

use asyncio::{Queue, Result, async_for};

#[asyncio::main]
async fn main() -> Result<()> {
    let queue: Queue<u32> = Queue::new(0);
    async_for!(queue.stream(), |item: String| println!("{item}"))
}
