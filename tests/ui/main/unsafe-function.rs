//! A function that its caller must not simply call.

#[asyncio::main]
async unsafe fn main() {}
