//! A group is one value.

use asyncio::{Result, task_group};

#[asyncio::main]
async fn main() -> Result<()> {
    task_group!(|one, two| { one.create_task(two)?; })?;
    Ok(())
}
