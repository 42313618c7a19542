//! `ensure_future`: a coroutine becomes a task, a future stays what it is.
//!
//! The Python it mirrors is `ensure_future.py`, beside this file. Run it with `cargo run --example ensure_future`; it prints
//!
//! ```text
//! Task running...
//! Task finished!
//! ```

use asyncio::{Result, ensure_future, get_event_loop, sleep};

async fn my_task() -> Result<()> {
    println!("Task running...");
    sleep(1).await?;
    println!("Task finished!");
    Ok(())
}

fn main() -> Result<()> {
    let loop_ = get_event_loop();
    let task = ensure_future(my_task());
    assert_eq!(ensure_future(task.clone()).any(), task.any());
    loop_.run_until_complete(task)?;
    loop_.close()
}
