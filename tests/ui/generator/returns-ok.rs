//! Python says `'return' with value in async generator`.

use asyncio::{AsyncGenerator, yield_};

#[asyncio::generator]
async fn numbers(n: u8) -> AsyncGenerator<u8> {
    if n == 0 {
        return Ok(());
    }
    yield_!(n)?;
}

fn main() {
    drop(numbers(1));
}
