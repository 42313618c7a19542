//! A method may borrow, a generator may not.

use asyncio::AsyncGenerator;

struct Words(&'static str);

impl Words {
    #[asyncio::generator]
    async fn each(&self) -> AsyncGenerator<&'static str> {
        for word in self.0.split(' ') {
            asyncio::yield_!(word)?;
        }
    }
}

fn main() {
    drop(Words("a b").each());
}
