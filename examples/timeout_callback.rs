//! Timers that are cancelled: a limit of time for a task, and a watchdog that is put off.
//!
//! The Python it mirrors is `timeout_callback.py`, beside this file. Run it with `cargo run --example timeout_callback`; it prints
//!
//! ```text
//! Done in time
//! The time is over
//! The task is cancelled
//! A sign of life after 0.1
//! A sign of life after 0.2
//! It has been quiet for too long
//! A sign of life after 0.5
//! ```

use asyncio::{CancelledError, Result, Task, create_task, get_running_loop, sleep, sleep_with};

fn give_up(task: &Task<&'static str>) {
    println!("The time is over");
    task.cancel();
}

async fn limited(delay: f64, limit: f64) -> Result<()> {
    let task = create_task(sleep_with(delay, "Done in time"));
    let late = task.clone();
    let timer = get_running_loop().call_later(limit, move || give_up(&late));
    match task.await {
        Err(error) if error.is::<CancelledError>() => println!("The task is cancelled"),
        outcome => println!("{}", outcome?),
    }
    timer.cancel(); // does nothing if it was called
    Ok(())
}

fn bark() {
    println!("It has been quiet for too long");
}

async fn watched(pauses: &[f64], patience: f64) -> Result<()> {
    let loop_ = get_running_loop();
    let mut watchdog = loop_.call_at(loop_.time() + patience, bark);
    for &pause in pauses {
        sleep(pause).await?;
        println!("A sign of life after {pause}");
        watchdog.cancel();
        watchdog = loop_.call_at(loop_.time() + patience, bark);
        assert!(watchdog.when() > loop_.time());
    }

    watchdog.cancel();
    assert!(watchdog.cancelled());
    Ok(())
}

#[asyncio::main]
async fn main() -> Result<()> {
    limited(0.1, 0.3).await?;
    limited(0.3, 0.1).await?;
    watched(&[0.1, 0.2, 0.5], 0.35).await
}
