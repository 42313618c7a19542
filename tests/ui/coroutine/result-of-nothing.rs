//! An await of what cannot hold an error leaves the function, which has to hold it.

#[asyncio::coroutine]
async fn work() -> u8 {
    std::future::ready(1).await
}

fn main() {
    drop(work());
}
