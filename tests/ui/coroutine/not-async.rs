//! A coroutine awaits, so that it is `async`.

#[asyncio::coroutine]
fn work() -> asyncio::Result<u8> {
    Ok(1)
}

fn main() {
    let _ = asyncio::run(work());
}
