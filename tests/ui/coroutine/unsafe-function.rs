//! Nobody could keep the promise of an unsafe coroutine at each of its steps.

#[asyncio::coroutine]
async unsafe fn work() -> asyncio::Result<()> {
    Ok(())
}

fn main() {
    drop(work());
}
