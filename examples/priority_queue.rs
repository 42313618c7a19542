//! A priority queue gives the lowest item first, a LIFO queue the latest.
//!
//! The Python it mirrors is `priority_queue.py`, beside this file. Run it with `cargo run --example priority_queue`; it prints
//!
//! ```text
//! worker: put out the fire (1)
//! worker: leave the house (0)
//! worker: eat (2)
//! worker: answer the phone (2.5)
//! worker: tidy up (3)
//! no place for the third plate
//! the upper plate
//! the lower plate
//! ```

use asyncio::{LifoQueue, PriorityQueue, QueueFull, Result, create_task, sleep};

type Job = (f64, &'static str);

async fn work(name: &str, queue: PriorityQueue<Job>) -> Result<()> {
    loop {
        let (priority, job) = queue.get().await?;
        println!("{name}: {job} ({priority})");
        sleep(0.1).await?;
        queue.task_done()?;
    }
}

#[asyncio::main]
async fn main() -> Result<()> {
    let queue = PriorityQueue::new(0);
    let jobs: [Job; 4] =
        [(3.0, "tidy up"), (1.0, "put out the fire"), (2.5, "answer the phone"), (2.0, "eat")];
    for job in jobs {
        queue.put_nowait(job)?;
    }
    let worker = create_task(work("worker", queue.clone()));
    sleep(0.05).await?;
    queue.put_nowait((0.0, "leave the house"))?; // urgent: passes all that wait
    queue.join().await?;
    worker.cancel();

    let stack = LifoQueue::new(2);
    for plate in ["lower", "upper", "third"] {
        match stack.put_nowait(plate) {
            Err(error) if error.is::<QueueFull>() => {
                println!("no place for the {} plate", error.into_item());
            }
            outcome => outcome?,
        }
    }
    while !stack.empty() {
        println!("the {} plate", stack.get().await?);
    }
    Ok(())
}
