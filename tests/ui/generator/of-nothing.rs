//! The type of the values is written down.

use asyncio::AsyncGenerator;

#[asyncio::generator]
async fn numbers() -> AsyncGenerator {}

fn main() {
    let _ = numbers;
}
