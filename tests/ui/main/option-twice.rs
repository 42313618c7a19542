//! Two values for one option.

#[asyncio::main(debug = true, debug = false)]
async fn main() {}
