//! A coroutine is an `async fn` that returns a `Result`: every await may raise, and `?` passes it
//! on. `#[asyncio::main]` stands for the last line.

use asyncio::{Result, sleep};

async fn greet(name: &str) -> Result<String> {
    sleep(0.001).await?;
    Ok(format!("Hello, {name}!"))
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    println!("{}", greet("asyncio").await?);
    Ok(())
}
