//! It gives two `Vec`s in the order of the argument, where Python gives two sets. It takes tasks
//! and not coroutines; `&tasks` lends them.

use asyncio::{Result, create_task, sleep, wait};

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    let mut tasks = Vec::new();
    for delay in [0, 0, 3600] {
        let task = create_task(sleep(delay));
        tasks.push(task);
    }
    let (done, pending) = wait!(&tasks, timeout = 0.001).await?;
    println!("{} done, {} pending", done.len(), pending.len());
    for task in pending {
        task.cancel();
    }
    let (done, pending) = wait(&tasks).await?;
    println!("{} done, {} pending", done.len(), pending.len());
    Ok(())
}
