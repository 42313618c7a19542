//! What a block sets for the first time is not known behind it: its value brings it out. The block of
//! `async_with!` has one, that of `task_group!`, which any task may end by `cancel`, has none.

use asyncio::{Result, TaskGroup, async_with, sleep};

async fn name() -> Result<&'static str> {
    sleep(0).await?;
    Ok("Ann")
}

async fn age() -> Result<u32> {
    sleep(0).await?;
    Ok(42)
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    let (who, years) = async_with!(TaskGroup::new(), |group| {
        (group.create_task(name())?, group.create_task(age())?)
    })?;
    println!("{} is {}", who.result()?, years.result()?);
    Ok(())
}
