//! Of a task that is cancelled before its first step no line runs, on either side. That `cancel`
//! came too late it says by its value, as in Python.

use asyncio::{CancelledError, Result, create_task, try_except};

async fn work(name: &str) -> Result<&str> {
    println!("{name} begins");
    Ok(name)
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    let early = create_task(work("early"));
    early.cancel_with("not needed");
    try_except!(
        {
            early.await?;
        },
        |error: CancelledError| println!("no line has run: {error}"),
    )?;
    let late = create_task(work("late"));
    (&late).await?;
    if !late.cancel() {
        println!("too late, the result is {}", late.result()?);
    }
    Ok(())
}
