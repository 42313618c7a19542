//! `shutdown` takes Python's `immediate`. `async_for!(queue.stream(), …)` ends with the queue by
//! itself. A `put` that fails gives the item back in its error.

use asyncio::{
    Queue, QueueShutDown, Result, gather, sleep, try_except,
};

async fn consume(name: &str, queue: Queue<u32>) -> Result<()> {
    try_except!(
        {
            loop {
                println!("{name} got {}", queue.get().await?);
                sleep(0).await?;
            }
        },
        |_: QueueShutDown| println!("{name} goes home"),
    )
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    let queue = Queue::new(0);
    for item in [1, 2, 3] {
        queue.put_nowait(item)?;
    }
    queue.shutdown(false);
    let a = consume("a", queue.clone());
    let b = consume("b", queue.clone());
    gather!(a, b).await?;
    try_except!({ queue.put(4).await? }, |_: QueueShutDown| {
        println!("nothing more is taken");
    })
}
