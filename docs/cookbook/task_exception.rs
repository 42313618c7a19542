//! Where Rust has a check, say which exception its failure is. A panic in a task would be its
//! exception, too: a `PanicError`.

use asyncio::{
    Result, Task, ZeroDivisionError, create_task, sleep, wait,
};

async fn work(number: u32) -> Result<u32> {
    sleep(0).await?;
    let by_zero = || ZeroDivisionError("division by zero");
    12_u32.checked_div(number).ok_or_else(by_zero)
}

fn report(task: &Task<u32>) -> Result<()> {
    let name = task.get_name();
    if task.cancelled() {
        println!("{name} was cancelled");
    } else if let Some(error) = task.exception()? {
        println!("{name} failed with {error:?}");
    } else {
        println!("{name} gave {}", task.result()?);
    }
    Ok(())
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    let mut tasks = Vec::new();
    for number in [3, 0, 1] {
        let task = create_task(work(number));
        task.set_name(format!("task {number}"));
        tasks.push(task);
    }
    tasks[2].cancel();
    wait(&tasks).await?;
    tasks.iter().try_for_each(report)
}
