//! An optional argument makes a second function: `cancel_with`. Who catches a cancellation and goes
//! on calls `uncancel`, or else timeouts and groups further out take the request for one that still
//! holds.

use asyncio::{
    CancelledError, Result, RuntimeError, create_task, current_task,
    sleep, timeout, try_except,
};

async fn stubborn() -> Result<&'static str> {
    try_except!({ sleep(3600).await? }, |error: CancelledError| {
        let task = current_task().ok_or(RuntimeError("no task"))?;
        println!("{error} - requests: {}", task.cancelling());
        task.uncancel();
    })?;
    timeout!(3600, { sleep(0.001).await? })?;
    Ok("done after all")
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    let task = create_task(stubborn());
    sleep(0).await?;
    task.cancel_with("please stop");
    println!("{}", (&task).await?);
    println!("requests: {}", task.cancelling());
    Ok(())
}
