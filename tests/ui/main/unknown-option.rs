//! A name that is nearly right.

#[asyncio::main(debgu = true)]
async fn main() {}
