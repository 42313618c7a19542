//! A task: a coroutine that the loop drives by itself.
//!
//! The Python it mirrors is `task.py`, beside this file. Run it with `cargo run --example task`; it prints
//!
//! ```text
//! The task is created and has not run yet
//! Hello!
//! ```

use asyncio::{Result, get_event_loop, sleep};

async fn say_hello() -> Result<()> {
    sleep(1).await?;
    println!("Hello!");
    Ok(())
}

fn main() -> Result<()> {
    let loop_ = get_event_loop();
    let task = loop_.create_task(say_hello());
    println!("The task is created and has not run yet");
    loop_.run_until_complete(task)?;
    loop_.close()
}
