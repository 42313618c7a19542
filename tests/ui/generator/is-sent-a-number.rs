//! `anext` sends nothing, so that what is sent is optional. That is said once.

use asyncio::{AsyncGenerator, Result, async_for, yield_};

#[asyncio::generator]
async fn sums() -> AsyncGenerator<u32, u32> {
    let mut sum = 0;
    loop {
        sum += yield_!(sum)?;
    }
}

async fn use_them() -> Result<u32> {
    let sums = sums();
    async_for!(sums.clone(), |sum| { drop(sum) })?;
    Ok(sums.anext().await? + sums.asend(1).await?)
}

fn main() {
    drop(use_them());
}
