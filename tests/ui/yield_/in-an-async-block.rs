//! The block is a coroutine of its own.

use asyncio::{AsyncGenerator, yield_};

#[asyncio::generator]
async fn numbers() -> AsyncGenerator<u8> {
    async {
        yield_!(1);
    }
    .await;
}

fn main() {
    drop(numbers());
}
