//! An option with the syntax of other attributes.

#[asyncio::main(debug(true))]
async fn main() {}
