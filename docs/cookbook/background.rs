//! The set goes: a pending task belongs to its loop, and does not vanish when nobody else holds it.
//! A callback may return a `Result`; an error of it goes to the exception handler of the loop, as
//! in Python.

use asyncio::{Result, Task, create_task, sleep};

async fn save(name: &str) -> Result<String> {
    sleep(0).await?;
    Ok(format!("{name} is saved"))
}

fn finished(task: &Task<String>) -> Result<()> {
    println!("{}", task.result()?);
    Ok(())
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    for name in ["one", "two"] {
        let task = create_task(save(name));
        task.add_done_callback(finished);
    }
    sleep(0.01).await?;
    println!("bye");
    Ok(())
}
