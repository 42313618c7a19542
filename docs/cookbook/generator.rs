//! A generator owns its arguments. A comprehension becomes a loop that pushes. `anext` without a
//! default raises StopAsyncIteration at the end.

use asyncio::{
    AsyncGenerator, Result, StopAsyncIteration, async_for, sleep,
    try_except, yield_,
};

#[asyncio::generator]
async fn ticks(last: u32) -> AsyncGenerator<u32> {
    for number in 1..=last {
        sleep(0.001).await?;
        yield_!(number)?;
    }
}

#[asyncio::generator]
async fn evens(numbers: AsyncGenerator<u32>) -> AsyncGenerator<u32> {
    async_for!(numbers, |number| {
        if number % 2 == 0 {
            yield_!(number)?;
        }
    })?;
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    let mut squares = Vec::new();
    async_for!(evens(ticks(6)), |n| squares.push(n * n))?;
    println!("{squares:?}");
    let numbers = ticks(2);
    println!("{} {}", numbers.anext().await?, numbers.anext().await?);
    try_except!(
        { println!("{}", numbers.anext().await?) },
        |_: StopAsyncIteration| println!("no more"),
    )
}
