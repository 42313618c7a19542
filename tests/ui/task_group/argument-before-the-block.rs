//! Only a block is given.

use asyncio::{Result, TaskGroup, task_group};

async fn work() -> Result<u32> {
    Ok(1)
}

#[asyncio::main]
async fn main() -> Result<()> {
    task_group!(TaskGroup::new(), |g| { g.create_task(work())?; })?;
    Ok(())
}
