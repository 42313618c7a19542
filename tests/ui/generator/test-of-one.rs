//! A test is run, and gives nothing.

#[asyncio::generator]
#[asyncio::test]
async fn numbers() -> asyncio::AsyncGenerator<u8> {}

fn main() {
    drop(numbers());
}
