//! A text where `true` or `false` belongs.

#[asyncio::main(debug = "yes")]
async fn main() {}
