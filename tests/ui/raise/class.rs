//! A class that is not called.

fn check() -> asyncio::Result<()> {
    asyncio::raise!(asyncio::ValueError)
}

fn main() {
    drop(check());
}
