//! A generator outlives the call.

use asyncio::AsyncGenerator;

#[asyncio::generator]
async fn words(text: &str) -> AsyncGenerator<String> {
    for word in text.split(' ') {
        asyncio::yield_!(word.to_owned())?;
    }
}

fn main() {
    drop(words("a b"));
}
