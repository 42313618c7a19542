//! A `static`, of a type that is `Clone`, `Send` and `Sync`, as threads may get a copy. Without a
//! default, `get` may raise LookupError.

use asyncio::{ContextVar, Result, gather, sleep, to_thread};

static USER: ContextVar<&str> =
    ContextVar::with_default("user", "nobody");

async fn greet() -> Result<()> {
    sleep(0).await?;
    println!("hello, {}", USER.get()?);
    Ok(())
}

fn show() -> Result<()> {
    println!("{}", USER.get()?);
    Ok(())
}

async fn session(name: &'static str) -> Result<()> {
    USER.set(name);
    greet().await
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    gather!(session("Ann"), session("Ben")).await?;
    let token = USER.set("root");
    greet().await?;
    USER.reset(&token)?;
    to_thread(show).await
}
