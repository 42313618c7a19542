//! Twice an `Err`.

fn check() -> asyncio::Result<()> {
    asyncio::raise!(Err(asyncio::ValueError("Oops!")))
}

fn main() {
    drop(check());
}
