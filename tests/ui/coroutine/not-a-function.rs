//! The attribute is for functions.

#[asyncio::coroutine]
struct Work;

fn main() {
    let _ = Work;
}
