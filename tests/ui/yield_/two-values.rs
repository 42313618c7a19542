//! Python makes a tuple of them by itself.

use asyncio::{AsyncGenerator, yield_};

#[asyncio::generator]
async fn pairs() -> AsyncGenerator<(u8, u8)> {
    yield_!((1, 2))?;
    yield_!(3, 4)?;
}

fn main() {
    drop(pairs());
}
