//! The value comes from `else_`: the tried block has none.

use asyncio::{Result, ValueError, sleep_with, try_except};

#[asyncio::main]
async fn main() -> Result<()> {
    let number = try_except!(
        { sleep_with(1, 2).await? },
        |_: ValueError| 3,
        else_ = { 4 },
    )?;
    assert_eq!(number, 4);
    Ok(())
}
