//! The second type is that of what is sent: an `Option`, as `anext` sends Python's `None`.

use asyncio::{
    AsyncGenerator, Result, StopAsyncIteration, try_except, yield_,
};

#[asyncio::generator]
async fn average() -> AsyncGenerator<u32, Option<u32>> {
    let (mut total, mut count, mut mean) = (0, 0, 0);
    loop {
        let Some(number) = yield_!(mean)? else { return };
        total += number;
        count += 1;
        mean = total / count;
    }
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    let means = average();
    means.anext().await?;
    for number in [10, 20, 60] {
        println!("{}", means.asend(Some(number)).await?);
    }
    try_except!(
        {
            means.asend(None).await?;
        },
        |_: StopAsyncIteration| println!("no more"),
    )
}
