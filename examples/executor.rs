//! What blocks is called on other threads, so that the loop goes on.
//!
//! The Python it mirrors is `executor.py`, beside this file. Run it with `cargo run --example executor`; it prints
//!
//! ```text
//! Tick 0
//! Tick 1
//! Called on asyncio_0
//! Called on worker_0 worker_0 worker_0
//! The function failed with ValueError('Oops!')
//! Called on worker_0
//! Another pool says 5050
//! ```

use std::{thread, time::Duration};

use asyncio::{
    Result, ValueError,
    concurrent::{Executor, Job, ThreadPoolExecutor, ThreadPoolOptions},
    gather, get_running_loop, sleep, to_thread,
};

fn block(seconds: f64) -> Result<String> {
    thread::sleep(Duration::from_secs_f64(seconds));
    Ok(thread::current().name().unwrap_or_default().to_owned())
}

fn fail() -> Result<()> {
    Err(ValueError("Oops!"))
}

fn add_up(limit: u32) -> Result<u32> {
    Ok((0..=limit).sum())
}

/// Somebody else's pool: that of rayon, which has a thread for each processor.
struct OtherPool;

impl Executor for OtherPool {
    fn execute(&self, job: Job) -> Result<()> {
        rayon::spawn(|| job.run());
        Ok(())
    }
}

#[asyncio::main]
async fn main() -> Result<()> {
    let loop_ = get_running_loop();

    // The loop makes its default executor when it is first needed.
    let name = loop_.run_in_executor(None, || block(0.5))?;
    for tick in 0..2 {
        sleep(0.1).await?;
        println!("Tick {tick}");
    }
    println!("Called on {}", name.await?);

    // A pool of one thread does one thing after the other.
    let options = ThreadPoolOptions::new().max_workers(1).thread_name_prefix("worker");
    let pool = ThreadPoolExecutor::with(options);
    let names: Result<Vec<_>> =
        (0..3).map(|_| loop_.run_in_executor(Some(&pool), || block(0.1))).collect();
    println!("Called on {}", gather!(..names?).await?.join(" "));

    match loop_.run_in_executor(Some(&pool), fail)?.await {
        Err(error) if error.is::<ValueError>() => println!("The function failed with {error:?}"),
        outcome => outcome?,
    }

    // `to_thread` takes the default one; `main` shuts that down, and waits for its threads.
    loop_.set_default_executor(pool);
    println!("Called on {}", to_thread(|| block(0.1)).await?);

    let sum = loop_.run_in_executor(Some(&OtherPool), || add_up(100))?;
    println!("Another pool says {}", sum.await?);
    Ok(())
}
