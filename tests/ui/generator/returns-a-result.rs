//! The call cannot fail.

use asyncio::{AsyncGenerator, Result};

#[asyncio::generator]
async fn numbers() -> Result<AsyncGenerator<u8>> {}

fn main() {
    drop(numbers());
}
