//! The place of a mistake in a block is its own; `finally` has no value, nor has what is tried before
//! an `else_`; all others have one type.

use asyncio::Result;

#[asyncio::main]
async fn main() -> Result<()> {
    let number: u32 = asyncio::try_except!(
        {
            let text: String = 5;
            text.len()
        },
        |_: asyncio::ValueError| "two",
        finally = { 3 },
    )?;
    asyncio::try_except!(
        { asyncio::sleep_with(1, 2).await? },
        |_: asyncio::ValueError| {},
        else_ = {},
    )?;
    let queue: asyncio::Queue<u32> = asyncio::Queue::new(0);
    asyncio::async_for!(queue.stream(), |item: String| println!("{item}"))?;
    println!("{number}");
    Ok(())
}
