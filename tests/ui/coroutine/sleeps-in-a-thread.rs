//! `time.sleep` in a coroutine stops all tasks.

use std::time::Duration;

#[asyncio::coroutine]
async fn work() -> asyncio::Result<()> {
    std::thread::sleep(Duration::from_secs(1));
    Ok(())
}

fn main() {
    drop(work());
}
