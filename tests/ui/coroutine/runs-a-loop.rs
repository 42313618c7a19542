//! A running loop cannot be run once more.

#[asyncio::coroutine]
async fn work() -> asyncio::Result<()> {
    asyncio::run(asyncio::sleep(1))
}

fn main() {
    drop(work());
}
