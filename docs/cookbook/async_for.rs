//! A class with `__anext__` becomes a generator, or a `Stream` of `Result`s, as other crates have
//! them. `break` and `continue` stay as they are.

use asyncio::{AsyncGenerator, Result, async_for, sleep, yield_};

#[asyncio::generator]
async fn countdown(mut number: u32) -> AsyncGenerator<u32> {
    while number > 0 {
        sleep(0).await?;
        number -= 1;
        yield_!(number + 1)?;
    }
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    async_for!(countdown(5), |number| {
        if number == 4 {
            continue;
        }
        if number == 2 {
            break;
        }
        println!("{number}");
    })?;
    async_for!(
        countdown(1),
        |number| println!("{number}"),
        else_ = { println!("no break") }
    )
}
