//! What Python calls the type.

struct AsyncIterator<T>(T);

#[asyncio::generator]
async fn numbers() -> AsyncIterator<u8> {}

fn main() {
    numbers().0;
}
