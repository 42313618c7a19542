//! A task sets a future that `main` waits for.
//!
//! The Python it mirrors is `set_after.py`, beside this file. Run it with `cargo run --example set_after`; it prints
//!
//! ```text
//! hello ...
//! ... world
//! ```

use asyncio::{Future, Result, get_running_loop, sleep};

async fn set_after(fut: Future<&'static str>, delay: u32, value: &'static str) -> Result<()> {
    sleep(delay).await?;
    fut.set_result(value)
}

#[asyncio::main]
async fn main() -> Result<()> {
    let loop_ = get_running_loop();
    let fut = loop_.create_future();
    loop_.create_task(set_after(fut.clone(), 1, "... world"));

    println!("hello ...");
    println!("{}", fut.await?);
    Ok(())
}
