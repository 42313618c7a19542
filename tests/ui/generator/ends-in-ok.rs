//! A generator has no result.

use asyncio::{AsyncGenerator, yield_};

#[asyncio::generator]
async fn numbers() -> AsyncGenerator<u8> {
    yield_!(1)?;
    Ok(())
}

fn main() {
    drop(numbers());
}
