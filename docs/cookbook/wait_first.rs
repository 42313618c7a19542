//! `[&slow, &quick]` lends the handles, so that the names stay usable.

use asyncio::{FIRST_COMPLETED, Result, create_task, sleep, wait};

async fn ask(server: &str, delay: f64) -> Result<&str> {
    sleep(delay).await?;
    Ok(server)
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    let slow = create_task(ask("slow", 3600.0));
    let quick = create_task(ask("quick", 0.001));
    let (done, pending) =
        wait!([&slow, &quick], return_when = FIRST_COMPLETED).await?;
    for task in &pending {
        task.cancel();
    }
    for task in done {
        println!("answered by {}", task.result()?);
    }
    wait(pending).await?;
    if slow.cancelled() {
        println!("the slow one gave up");
    }
    Ok(())
}
