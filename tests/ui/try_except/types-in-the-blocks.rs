//! The place of a mistake in a block is its own; `finally` has no value, all others have one type.

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
    asyncio::task_group!(|_g| { 5 })?;
    println!("{number}");
    Ok(())
}
