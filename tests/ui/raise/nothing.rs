//! Nothing is being handled.

fn check() -> asyncio::Result<()> {
    asyncio::raise!()
}

fn main() {
    drop(check());
}
