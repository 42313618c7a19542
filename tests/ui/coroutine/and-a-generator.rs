//! A generator is no coroutine.

#[asyncio::coroutine]
#[asyncio::generator]
async fn numbers() -> asyncio::AsyncGenerator<u8> {}

fn main() {
    drop(numbers());
}
