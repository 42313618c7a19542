//! A task that cleans up when it is cancelled, and may take its time.
//!
//! The Python it mirrors is `cleanup_on_cancel.py`, beside this file. Run it with
//! `cargo run --example cleanup_on_cancel`; it prints
//!
//! ```text
//! Open a
//! Open b
//! Close a
//! Copied a
//! Cancelled: False
//! Cancelled: True
//! Copying b is cancelled half-way
//! Close b
//! A task was cancelled
//! Not now
//! done after all
//! Open c
//! Copying c is cancelled half-way
//! Close c
//! Too late
//! ```

use asyncio::{
    CancelledError, Result, TimeoutError, create_task, current_task, raise, sleep, timeout,
    try_except,
};

async fn copy(name: &str, parts: u32) -> Result<()> {
    println!("Open {name}");
    let mut done = 0;
    try_except!(
        {
            while done < parts {
                sleep(0.02).await?;
                done += 1;
            }
        },
        |_: CancelledError| {
            println!("Copying {name} is cancelled half-way");
            raise!();
        },
        finally = {
            sleep(0.01).await?; // the cleanup is not cancelled by the first request
            println!("Close {name}");
        },
    )?;
    println!("Copied {name}");
    Ok(())
}

async fn stubborn() -> Result<&'static str> {
    try_except!({ sleep(3600).await? }, |_: CancelledError| {
        current_task().expect("this runs in one").uncancel();
        println!("Not now");
    })?;
    sleep(0.01).await?;
    Ok("done after all")
}

#[asyncio::main]
async fn main() -> Result<()> {
    let tasks = [create_task(copy("a", 2)), create_task(copy("b", 10))];
    sleep(0.11).await?;
    for task in &tasks {
        println!("Cancelled: {}", if task.cancel() { "True" } else { "False" });
    }
    for task in tasks {
        try_except!({ task.await? }, |_: CancelledError| println!("A task was cancelled"))?;
    }

    let task = create_task(stubborn());
    sleep(0).await?;
    task.cancel();
    println!("{}", task.await?);

    // A timeout cancels, too, and waits for the cleanup.
    try_except!({ timeout!(0.05, { copy("c", 10).await? })? }, |_: TimeoutError| {
        println!("Too late");
    })
}
