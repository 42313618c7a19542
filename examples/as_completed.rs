//! Results in the order in which they come, and not in that of the arguments.
//!
//! The Python it mirrors is `as_completed.py`, beside this file. Run it with `cargo run --example as_completed`; it prints
//!
//! ```text
//! two took 0.1 seconds
//! three took 0.3 seconds
//! one took 0.5 seconds
//! tasks[1]: two took 0.1 seconds
//! tasks[2]: three took 0.3 seconds
//! tasks[0]: one took 0.5 seconds
//! two took 0.1 seconds
//! The others are late
//! ```

use asyncio::{Result, TimeoutError, as_completed, as_completed_with, create_task, sleep};

async fn fetch(name: &str, delay: f64) -> Result<String> {
    sleep(delay).await?;
    Ok(format!("{name} took {delay} seconds"))
}

fn fetches() -> [impl Future<Output = Result<String>>; 3] {
    [("one", 0.5), ("two", 0.1), ("three", 0.3)].map(|(name, delay)| fetch(name, delay))
}

async fn in_time() -> Result<()> {
    for next in as_completed_with(fetches(), 0.2) {
        println!("{}", next.await?);
    }
    Ok(())
}

#[asyncio::main]
async fn main() -> Result<()> {
    for next in as_completed(fetches()) {
        println!("{}", next.await?);
    }

    // Asked in this way it gives the tasks themselves, which are done by then.
    let tasks = fetches().map(create_task);
    let mut completed = as_completed(&tasks);
    while let Some(done) = completed.anext().await {
        let done = done?;
        let index = tasks.iter().position(|task| **task == done).expect("one of them");
        println!("tasks[{index}]: {}", done.result()?);
    }

    // One limit of time for all of them.
    match in_time().await {
        Err(error) if error.is::<TimeoutError>() => println!("The others are late"),
        outcome => outcome?,
    }
    Ok(())
}
