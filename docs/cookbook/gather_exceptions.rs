//! With `return_exceptions` each result is a `Result`, and `match` asks what Python asks with
//! `isinstance`.

use asyncio::{Result, ValueError, gather, raise, try_except};

async fn half(number: u32) -> Result<u32> {
    if number % 2 == 1 {
        raise!(ValueError(format!("{number} is odd")));
    }
    Ok(number / 2)
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    let halves = [2, 3, 4].map(half);
    for result in gather!(..halves, return_exceptions = true).await? {
        match result {
            Err(error) => println!("failed: {error}"),
            Ok(result) => println!("half: {result}"),
        }
    }
    try_except!(
        {
            gather!(half(6), half(7)).await?;
        },
        |error: ValueError| println!("raised: {error}"),
    )
}
