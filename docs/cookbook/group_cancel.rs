//! `cancel` ends the tasks and the block of the group, which then ends well. It is new in Python
//! 3.15.

use asyncio::{Result, TaskGroup, sleep, task_group};

async fn search(
    group: TaskGroup,
    place: &str,
    delay: f64,
) -> Result<()> {
    sleep(delay).await?;
    println!("found {place}");
    group.cancel();
    Ok(())
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    task_group!(|group| {
        let table = search(group.clone(), "under the table", 0.001);
        group.create_task(table)?;
        let garden = search(group.clone(), "in the garden", 3600.0);
        group.create_task(garden)?;
        sleep(3600).await?;
        println!("never comes here");
    })?;
    println!("the search is over");
    Ok(())
}
