//! What a block sets for the first time is not known behind it: its value brings it out. A group that
//! `cancel` ends has none, which is an error where one is wanted.

use asyncio::{Result, sleep, task_group};

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
    let (who, years) = task_group!(|group| {
        (group.create_task(name())?, group.create_task(age())?)
    })?;
    println!("{} is {}", who.result()?, years.result()?);
    Ok(())
}
