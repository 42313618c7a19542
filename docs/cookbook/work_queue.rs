//! `Queue::new(0)` has no limit, as `Queue()`. A loop that only an exception ends has no value, and
//! needs no `Ok`.

use asyncio::{Queue, Result, create_task};

async fn produce(queue: &Queue<u32>) -> Result<()> {
    for item in 0..4 {
        queue.put(item).await?;
        println!("put {item}");
    }
    Ok(())
}

async fn consume(queue: Queue<u32>) -> Result<()> {
    loop {
        let item = queue.get().await?;
        println!("got {item}");
        queue.task_done()?;
    }
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    let queue = Queue::new(2);
    let consumer = create_task(consume(queue.clone()));
    produce(&queue).await?;
    queue.join().await?;
    consumer.cancel();
    println!("all done, {} left", queue.qsize());
    Ok(())
}
