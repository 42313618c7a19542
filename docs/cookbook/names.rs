//! `current_task` is an `Option`, as a callback runs in no task. `all_tasks` gives handles without
//! the type of the result (`AnyTask`), in the order of creation, where Python gives a set.

use asyncio::{
    Result, RuntimeError, all_tasks, create_task, current_task, sleep,
};

async fn work() -> Result<()> {
    let this = current_task().ok_or(RuntimeError("no task"))?;
    println!("this is {}", this.get_name());
    sleep(0.001).await
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    let this = current_task().ok_or(RuntimeError("no task"))?;
    this.set_name("main");
    let worker = create_task!(work(), name = "worker");
    let tasks = all_tasks();
    let names: Vec<_> =
        tasks.iter().map(|it| it.get_name()).collect();
    println!("pending: {}", names.join(" "));
    worker.await?;
    println!("{} is left", all_tasks().len());
    Ok(())
}
