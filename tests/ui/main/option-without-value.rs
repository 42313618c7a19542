//! An option that looks like a switch.

#[asyncio::main(debug)]
async fn main() {}
