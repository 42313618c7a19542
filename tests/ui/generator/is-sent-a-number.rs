//! `anext` sends nothing, so that what is sent is optional.

use asyncio::AsyncGenerator;

#[asyncio::generator]
async fn sums() -> AsyncGenerator<u32, u32> {}

fn main() {
    drop(sums());
}
