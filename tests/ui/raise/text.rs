//! Python's exceptions are no texts, either.

fn check() -> asyncio::Result<()> {
    asyncio::raise!("Oops!")
}

fn main() {
    drop(check());
}
