//! A generator has the name of its function.

#[asyncio::generator(name = "numbers")]
async fn numbers() -> asyncio::AsyncGenerator<u8> {}

fn main() {
    drop(numbers());
}
