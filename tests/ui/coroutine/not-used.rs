//! A coroutine does nothing by itself.

#![deny(unused_must_use)]

#[asyncio::coroutine]
async fn work() -> asyncio::Result<()> {
    Ok(())
}

fn main() {
    work();
}
