//! Once is enough.

#[asyncio::coroutine]
#[asyncio::coroutine]
async fn work() -> asyncio::Result<()> {
    Ok(())
}

fn main() {
    drop(work());
}
