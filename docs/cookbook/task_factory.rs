//! The factory gets the coroutine without its type, and makes a task without one; `create_task`
//! gives the typed handle back. Its name is Python's `__qualname__`.

use asyncio::{
    AnyTask, Coroutine, EventLoop, Result, TaskOptions, create_task,
    gather, get_running_loop, sleep, sleep_with,
};

fn factory(
    loop_: &EventLoop,
    coro: Coroutine,
    options: TaskOptions,
) -> AnyTask {
    println!("a task of {}", coro.qualname());
    AnyTask::new(loop_, coro, options)
}

async fn work() -> Result<&'static str> {
    sleep(0).await?;
    Ok("done")
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    get_running_loop().set_task_factory(factory);
    println!("{}", create_task(work()).await?);
    let (a, b) = gather!(work(), sleep_with(0, 5)).await?;
    println!("{a} {b}");
    Ok(())
}
