//! What is thrown comes out of `yield_!` as an error, GeneratorExit as well. `athrow` gives an
//! `Option`: `None` if the generator had ended before. `aclosing` waits for the end of one that is
//! left early; without it the loop closes it later, as in Python.

use asyncio::{
    AsyncGenerator, Result, ValueError, aclosing, async_for,
    async_with, sleep, try_except, yield_,
};

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
