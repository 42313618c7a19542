//! A limit of time: when it is reached, what is waited for is cancelled and may clean up.
//!
//! The Python it mirrors is `wait_for.py`, beside this file. Run it with `cargo run --example wait_for`; it prints
//!
//! ```text
//! quick() was in time
//! quick() was in time
//! slow() is cancelled and cleans up
//! slow() is done with it
//! slow() took too long
//! busy() took too long
//! ```

use asyncio::{Awaitable, CancelledError, Result, TimeoutError, sleep, wait_for};

async fn quick() -> Result<&'static str> {
    sleep(0.1).await?;
    Ok("quick() was in time")
}

async fn slow() -> Result<()> {
    match sleep(3600).await {
        Err(error) if error.is::<CancelledError>() => {
            println!("slow() is cancelled and cleans up");
            sleep(0.1).await?;
            println!("slow() is done with it");
            Err(error)
        }
        outcome => outcome,
    }
}

async fn busy() -> Result<()> {
    loop {
        sleep(0).await?; // without this no one else would run, nor the timeout
    }
}

async fn limited(name: &str, coroutine: impl Awaitable<Value = ()>) -> Result<()> {
    match wait_for!(coroutine, 0.2).await {
        Err(error) if error.is::<TimeoutError>() => println!("{name} took too long"),
        outcome => outcome?,
    }
    Ok(())
}

#[asyncio::main]
async fn main() -> Result<()> {
    println!("{}", wait_for!(quick(), 1).await?);
    println!("{}", wait_for!(quick(), None).await?); // no limit
    limited("slow()", slow()).await?;
    limited("busy()", busy()).await
}
