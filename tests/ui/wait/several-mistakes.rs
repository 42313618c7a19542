//! All of them, and nothing about what only they use.

use std::time::Duration;

use asyncio::{FIRST_COMPLETED, TaskOptions, create_task, sleep, wait};

#[asyncio::main]
async fn main() -> asyncio::Result<()> {
    let tasks = [create_task!(sleep(1))];
    let limit = None;
    let (done, pending) =
        wait!(tasks, TaskOptions::new(), timout = Duration::MAX, timeout: limit, return_when == FIRST_COMPLETED).await?;
    println!("{done:?} {pending:?}");
    Ok(())
}
