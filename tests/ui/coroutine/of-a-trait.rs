//! What a trait declares as a coroutine is one in all its implementations.

trait Job {
    #[asyncio::coroutine]
    async fn run(&self) -> asyncio::Result<()>;
}

struct Nothing;

impl Job for Nothing {
    async fn run(&self) -> asyncio::Result<()> {
        Ok(())
    }
}

fn main() {}
