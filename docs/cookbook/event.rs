//! Nothing to note: handles again, one for each task.

use asyncio::{Event, Result, sleep, task_group};

async fn run(start: Event, name: &str) -> Result<()> {
    println!("{name} is ready");
    start.wait().await?;
    println!("{name} runs");
    Ok(())
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    let start = Event::new();
    task_group!(|group| {
        for name in ["Ann", "Ben"] {
            group.create_task(run(start.clone(), name))?;
        }
        sleep(0.001).await?;
        println!("go!");
        start.set();
    })?;
    start.wait().await?;
    println!("still set, nobody waits");
    Ok(())
}
