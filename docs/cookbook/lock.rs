//! `let _guard = lock.lock().await?;` holds it to the end of the scope. What Python raises because
//! of the state of an object is an `Err`, so `release` has a `?`.

use asyncio::{
    Lock, Result, RuntimeError, async_with, gather, sleep, try_except,
};

async fn write(lock: Lock, name: &str) -> Result<()> {
    async_with!(lock, {
        println!("{name} begins");
        sleep(0).await?;
        println!("{name} ends");
    })
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    let lock = Lock::new();
    gather!(write(lock.clone(), "a"), write(lock.clone(), "b"))
        .await?;
    lock.acquire().await?;
    println!("{}", if lock.locked() { "locked" } else { "free" });
    lock.release()?;
    try_except!({ lock.release()? }, |error: RuntimeError| {
        println!("{error}");
    })
}
