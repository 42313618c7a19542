//! The stream gives back the futures that were put in; `as_task` knows those that are tasks.

use asyncio::{Result, as_completed, async_for, create_task, sleep};

async fn run(delay: f64) -> Result<()> {
    sleep(delay).await
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    let hare = create_task!(run(0.001), name = "hare");
    let snail = create_task!(run(0.004), name = "snail");
    let mut place = 1;
    async_for!(as_completed([&snail, &hare]), |future| {
        (&future).await?;
        if let Some(task) = future.as_task() {
            println!("{place} {}", task.get_name());
        }
        place += 1;
    })
}
