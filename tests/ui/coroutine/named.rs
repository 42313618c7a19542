//! A coroutine has the name of its function.

#[asyncio::coroutine(name = "worker")]
async fn work() -> asyncio::Result<()> {
    Ok(())
}

fn main() {
    drop(work());
}
