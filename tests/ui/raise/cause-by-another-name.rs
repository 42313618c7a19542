//! The word of other languages.

fn port(text: &str) -> asyncio::Result<u16> {
    match text.parse() {
        Ok(port) => Ok(port),
        Err(error) => asyncio::raise!(asyncio::ValueError("no port"), cause = error),
    }
}

fn main() {
    drop(port("http"));
}
