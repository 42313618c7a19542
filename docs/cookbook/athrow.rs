//! What is thrown comes out of `yield_!` as an error, GeneratorExit as well. `athrow` is an `Option`, as it gives `None` if the generator has
//! ended before. `aclosing` awaits the end of one that is left early; without it the loop closes it later, as in Python.

use asyncio::{AsyncGenerator, Result, ValueError, aclosing};
use asyncio::{async_for, async_with, sleep, try_except, yield_};

#[asyncio::generator]
async fn numbers() -> AsyncGenerator<u32> {
    try_except!(
        {
            for number in 1..100 {
                yield_!(number)?;
            }
        },
        |error: ValueError| {
            println!("thrown in: {error}");
            yield_!(0)?;
        },
        finally = {
            sleep(0).await?;
            println!("closed");
        },
    )?;
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    let reader = numbers();
    println!("{} {}", reader.anext().await?, reader.anext().await?);
    let thrown = reader.athrow(ValueError("enough")).await?;
    println!("{}", thrown.unwrap_or_default());
    reader.aclose().await?;
    async_with!(aclosing(numbers()), |reader| {
        async_for!(reader, |number| {
            println!("{number}");
            break;
        })?;
    })
}
