//! A coroutine's type has a name, and a parameter for its body.

struct Work {
    coroutine: asyncio::Coroutine<u32>,
}

#[asyncio::coroutine]
async fn work() -> asyncio::Result<()> {
    Ok(())
}

fn main() {
    let _work = Work { coroutine: work() };
}
