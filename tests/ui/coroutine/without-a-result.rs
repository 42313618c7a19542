//! Any await may be cancelled.

#[asyncio::coroutine]
async fn work() {
    println!("working");
}

fn main() {
    drop(work());
}
