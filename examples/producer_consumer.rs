//! Producers and consumers over a bounded queue: who is too fast waits for the others.
//!
//! The Python it mirrors is `producer_consumer.py`, beside this file. Run it with `cargo run --example producer_consumer`; it prints
//!
//! ```text
//! put a0
//! put b0
//! put a1
//! put b1
//! first has dealt with a0
//! second has dealt with b0
//! put a2
//! put b2
//! first has dealt with a1
//! second has dealt with b1
//! first has dealt with a2
//! second has dealt with b2
//! got the last
//! the queue is shut down
//! ```

use asyncio::{Queue, QueueShutDown, Result, create_task, gather, sleep};

async fn produce(name: &str, queue: Queue<String>) -> Result<()> {
    for number in 0..3 {
        let item = format!("{name}{number}");
        queue.put(item.clone()).await?; // waits while the queue is full
        println!("put {item}");
        sleep(0.05).await?;
    }
    Ok(())
}

async fn consume(name: &str, queue: Queue<String>) -> Result<()> {
    loop {
        let item = queue.get().await?;
        sleep(0.2).await?;
        println!("{name} has dealt with {item}");
        queue.task_done()?;
    }
}

#[asyncio::main]
async fn main() -> Result<()> {
    let queue = Queue::new(2);
    let consumers = ["first", "second"].map(|name| create_task(consume(name, queue.clone())));
    gather!(produce("a", queue.clone()), produce("b", queue.clone())).await?;
    queue.join().await?; // all items are dealt with
    for consumer in &consumers {
        consumer.cancel();
    }
    gather!(..consumers, return_exceptions = true).await?;

    // A queue that is shut down ends its consumers by itself.
    queue.put("the last".to_owned()).await?;
    queue.shutdown(false);
    loop {
        match queue.get().await {
            Ok(item) => println!("got {item}"),
            Err(error) if error.is::<QueueShutDown>() => break,
            Err(error) => return Err(error),
        }
    }
    println!("the queue is shut down");
    Ok(())
}
