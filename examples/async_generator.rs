//! Asynchronous generators: values that take their time, and what is cleaned up behind them.
//!
//! The Python it mirrors is `async_generator.py`, beside this file. Run it with `cargo run --example async_generator`; it prints
//!
//! ```text
//! 3
//! 2
//! 1
//! The countdown is over
//! 10
//! 9
//! The countdown is over
//! The average is 10.0
//! The average is 15.0
//! The average is 30.0
//! 5
//! The countdown is over
//! ValueError: abort
//! 7
//! The countdown is over
//! ```

use asyncio::{
    AsyncGenerator, Result, ValueError, aclosing, async_for, async_with, sleep, try_except, yield_,
};

#[asyncio::generator]
async fn countdown(n: u32) -> AsyncGenerator<u32> {
    try_except!(
        {
            for number in (1..=n).rev() {
                sleep(0.01).await?;
                yield_!(number)?;
            }
        },
        finally = {
            sleep(0.01).await?;
            println!("The countdown is over");
        }
    )?;
}

#[asyncio::generator]
async fn running_average() -> AsyncGenerator<f64, Option<f64>> {
    let (mut total, mut count, mut average) = (0.0, 0.0, 0.0);
    while let Some(number) = yield_!(average)? {
        total += number;
        count += 1.0;
        average = total / count;
    }
}

#[asyncio::main]
async fn main() -> Result<()> {
    async_for!(countdown(3), |number| {
        println!("{number}");
    })?;

    // One that is left early is closed, and its cleanup awaited.
    async_with!(aclosing(countdown(10)), |numbers| {
        async_for!(numbers, |number| {
            println!("{number}");
            if number == 9 {
                break;
            }
        })?;
    })?;

    // Values go both ways.
    let average = running_average();
    average.anext().await?;
    for number in [10.0, 20.0, 60.0] {
        println!("The average is {:?}", average.asend(Some(number)).await?);
    }
    average.aclose().await?;

    // Errors go in, and come out.
    let numbers = countdown(5);
    println!("{}", numbers.anext().await?);
    try_except!(
        {
            numbers.athrow(ValueError("abort")).await?;
        },
        |error: ValueError| {
            println!("ValueError: {error}");
        }
    )?;

    // One that is forgotten the loop closes, at the latest when it ends.
    let numbers = countdown(7);
    println!("{}", numbers.anext().await?);
    Ok(())
}
