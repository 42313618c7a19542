//! A cancellation is an error that the await returns: `?` passes it on, and the cleanup may await.
//! A lone `raise` is `raise!()`.

use asyncio::{
    CancelledError, Result, create_task, raise, sleep, try_except,
};

async fn worker() -> Result<()> {
    try_except!(
        {
            println!("working");
            sleep(3600).await?;
        },
        |_: CancelledError| {
            println!("told to stop");
            raise!();
        },
        finally = {
            sleep(0.001).await?;
            println!("cleaned up");
        },
    )
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    let task = create_task(worker());
    sleep(0).await?;
    task.cancel();
    try_except!({ (&task).await? }, |_: CancelledError| {
        if task.cancelled() {
            println!("cancelled");
        }
    })
}
