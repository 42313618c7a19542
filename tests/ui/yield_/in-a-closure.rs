//! The closure is a function of its own.

use asyncio::{AsyncGenerator, yield_};

#[asyncio::generator]
async fn numbers() -> AsyncGenerator<u8> {
    (0..5).for_each(|number| {
        yield_!(number);
    });
}

fn main() {
    drop(numbers());
}
