//! A method that only an object could run.

struct Client;

impl Client {
    #[asyncio::main]
    async fn fetch(&self, url: &str) -> asyncio::Result<()> {
        println!("{url}");
        Ok(())
    }
}

fn main() -> asyncio::Result<()> {
    Client.fetch("/")
}
