//! The protocol is a trait. `aexit` gets the error alone, as its class is in it; `true` swallows
//! it, on either side.

use asyncio::{
    AsyncContextManager, Error, Result, ValueError, async_with,
    raise, sleep,
};

struct Session(&'static str);

impl AsyncContextManager for Session {
    type Value = String;

    async fn aenter(&self) -> Result<String> {
        sleep(0).await?;
        println!("open {}", self.0);
        Ok(self.0.to_uppercase())
    }

    async fn aexit(&self, error: Option<&Error>) -> Result<bool> {
        sleep(0).await?;
        println!("close {}", self.0);
        Ok(error.is_some_and(|error| error.is::<ValueError>()))
    }
}

async fn fail() -> Result<()> {
    raise!(ValueError("swallowed"))
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    async_with!(Session("a"), |name| {
        println!("using {name}");
    })?;
    async_with!(Session("b"), { fail().await? })?;
    println!("goes on");
    Ok(())
}
