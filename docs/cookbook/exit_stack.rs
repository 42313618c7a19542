//! Closures bring the arguments again. A lock is a handle, of which the stack gets a clone.

use asyncio::{AsyncExitStack, Lock, Result, async_with, sleep};

async fn close(name: &str) -> Result<()> {
    sleep(0).await?;
    println!("close {name}");
    Ok(())
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    let state =
        |lock: &Lock| if lock.locked() { "locked" } else { "free" };
    let lock = Lock::new();
    async_with!(AsyncExitStack::new(), |stack| {
        for name in ["a", "b"] {
            println!("open {name}");
            stack
                .push_async_callback(async move || close(name).await);
        }
        stack.callback(|| println!("first of all"));
        stack.enter_async_context(lock.clone()).await?;
        println!("{}", state(&lock));
    })?;
    println!("{}", state(&lock));
    Ok(())
}
