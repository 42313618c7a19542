//! To wait for a future is to await it.

mod executor {
    pub fn block_on<F>(_: F) -> u8 {
        1
    }
}

#[asyncio::coroutine]
async fn work() -> asyncio::Result<u8> {
    Ok(executor::block_on(std::future::ready(1)))
}

fn main() {
    drop(work());
}
