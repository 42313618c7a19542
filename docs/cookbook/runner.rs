//! Python shares an object by naming it twice. Here queues, locks, events, tasks and loops are
//! handles: `clone` makes another handle of the same queue. `drop` ends what the end of the `with`
//! block ends.

use asyncio::{Queue, Result, Runner};

async fn give(queue: Queue<&'static str>) -> Result<()> {
    queue.put("a letter").await?;
    println!("given in the first run");
    Ok(())
}

async fn take(queue: Queue<&'static str>) -> Result<()> {
    println!("taken in the second: {}", queue.get().await?);
    Ok(())
}

pub(crate) fn main() -> Result<()> {
    let queue = Queue::new(0);
    let mut runner = Runner::new();
    runner.run(give(queue.clone()))?;
    let loop_ = runner.get_loop()?;
    runner.run(take(queue))?;
    drop(runner);
    println!("{}", if loop_.is_closed() { "closed" } else { "open" });
    Ok(())
}
