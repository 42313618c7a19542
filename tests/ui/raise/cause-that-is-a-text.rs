//! Python's causes are no texts, either.

fn check() -> asyncio::Result<()> {
    asyncio::raise!(asyncio::ValueError("Oops!"), from = "an error before it")
}

fn main() {
    drop(check());
}
