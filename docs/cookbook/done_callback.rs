//! Closures cannot be compared, so `add_done_callback` gives an id for `remove_done_callback`: one
//! id for one function. A callback gets the task by reference.

use asyncio::{Result, Task, create_task, sleep};

fn first(task: &Task<&'static str>) -> Result<()> {
    println!("first: {}", task.result()?);
    Ok(())
}

fn second(task: &Task<&'static str>) -> Result<()> {
    println!("second: {}", task.result()?);
    Ok(())
}

async fn work() -> Result<&'static str> {
    sleep(0).await?;
    Ok("a result")
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    let task = create_task(work());
    let id = task.add_done_callback(first);
    task.add_done_callback(second);
    task.add_done_callback(first);
    println!("{} are removed", task.remove_done_callback(id));
    (&task).await?;
    println!("and then main goes on");
    sleep(0).await
}
