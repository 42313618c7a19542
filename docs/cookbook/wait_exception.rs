//! `exception()` is a `Result`, as it raises if the task is cancelled or pending; in it is an
//! `Option` for Python's `None`.

use asyncio::{
    FIRST_EXCEPTION, Result, RuntimeError, create_task, raise, sleep,
    wait,
};

async fn check(part: &str, delay: f64) -> Result<()> {
    sleep(delay).await?;
    if part == "engine" {
        raise!(RuntimeError(format!("no {part}")));
    }
    Ok(())
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    let wheels = create_task(check("wheels", 0.001));
    let engine = create_task(check("engine", 0.002));
    let seats = create_task(check("seats", 3600.0));
    let (done, pending) = wait!(
        [&wheels, &engine, &seats],
        return_when = FIRST_EXCEPTION,
    )
    .await?;
    println!("{} done, {} pending", done.len(), pending.len());
    for task in [wheels, engine] {
        if let Some(error) = task.exception()? {
            println!("failed: {error}");
        } else {
            println!("fine");
        }
    }
    Ok(())
}
