//! A generator does nothing by itself.

#![deny(unused_must_use)]

#[asyncio::generator]
async fn numbers() -> asyncio::AsyncGenerator<u8> {
    asyncio::yield_!(1)?;
}

fn main() {
    numbers();
}
