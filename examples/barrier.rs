//! A barrier: all have to come before anyone goes on, again and again.
//!
//! The Python it mirrors is `barrier.py`, beside this file. Run it with `cargo run --example barrier`; it prints
//!
//! ```text
//! Ben reaches shelter 0
//! Cleo reaches shelter 0
//! Ann reaches shelter 0
//! all are at shelter 0
//! Ben reaches shelter 1
//! Cleo reaches shelter 1
//! Ann reaches shelter 1
//! all are at shelter 1
//! Dora reaches shelter 0
//! 1 of 3 wait
//! the barrier is broken: Abort or reset of barrier
//! ```

use asyncio::{Barrier, BrokenBarrierError, Result, create_task, gather, sleep};

async fn walk(name: &str, pace: f64, barrier: Barrier) -> Result<()> {
    for stage in 0..2 {
        sleep(pace).await?;
        println!("{name} reaches shelter {stage}");
        if barrier.wait().await? == 0 {
            println!("all are at shelter {stage}"); // one of them speaks for all
        }
    }
    Ok(())
}

#[asyncio::main]
async fn main() -> Result<()> {
    let barrier = Barrier::new(3);
    gather!(
        walk("Ann", 0.3, barrier.clone()),
        walk("Ben", 0.1, barrier.clone()),
        walk("Cleo", 0.2, barrier.clone()),
    )
    .await?;

    let waiting = create_task(walk("Dora", 0.1, barrier.clone()));
    sleep(0.2).await?;
    println!("{} of {} wait", barrier.n_waiting(), barrier.parties());
    barrier.abort().await?;
    match waiting.await {
        Err(error) if error.is::<BrokenBarrierError>() => {
            println!("the barrier is broken: {error}");
        }
        outcome => outcome?,
    }
    Ok(())
}
