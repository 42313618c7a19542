//! Python's asynchronous generators are `async def`, too.

#[asyncio::generator]
fn numbers() -> asyncio::AsyncGenerator<u8> {
    asyncio::yield_!(1)?;
}

fn main() {
    drop(numbers());
}
