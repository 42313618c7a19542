//! One coroutine awaits another; `asyncio::main` runs the outer one to its end.
//!
//! The Python it mirrors is `hello_world.py`, beside this file. Run it with `cargo run --example hello_world`; it prints
//!
//! ```text
//! Foo!
//! Hello World!
//! ```

use asyncio::Result;

async fn foo() -> Result<()> {
    println!("Foo!");
    Ok(())
}

#[asyncio::main]
async fn main() -> Result<()> {
    foo().await?; // goes on when foo() has returned
    println!("Hello World!");
    Ok(())
}
