//! All of them, by the macro and by the types, in one run.

fn check() -> asyncio::Result<()> {
    asyncio::raise!("Oops!", from: "an error before it", cause = asyncio::TypeError("x"), asyncio.Error)
}

fn main() {
    drop(check());
}
