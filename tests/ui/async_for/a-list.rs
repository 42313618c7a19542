//! A list is gone through with `for`.

use asyncio::{Result, async_for};

#[asyncio::main]
async fn main() -> Result<()> {
    async_for!(vec![1, 2], |number| { println!("{number}") })?;
    Ok(())
}
