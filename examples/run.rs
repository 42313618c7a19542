//! What `run` does around a coroutine: a fresh loop, no task left behind, the loop closed.
//!
//! The Python it mirrors is `run.py`, beside this file. Run it with `cargo run --example run`; it prints
//!
//! ```text
//! with_leftover() returns
//! leftover() is cancelled at the end of the run
//! with_leftover() returns
//! leftover() is cancelled at the end of the run
//! RuntimeError: asyncio.run() cannot be called from a running event loop
//! ```

use asyncio::{
    CancelledError, EventLoop, Result, RuntimeError, create_task, get_running_loop, sleep,
};

async fn leftover() -> Result<()> {
    match sleep(3600).await {
        Err(error) if error.is::<CancelledError>() => {
            println!("leftover() is cancelled at the end of the run");
            Err(error)
        }
        outcome => outcome,
    }
}

async fn with_leftover() -> Result<EventLoop> {
    create_task(leftover());
    sleep(0).await?; // lets it begin
    println!("with_leftover() returns");
    Ok(get_running_loop())
}

async fn nested() -> Result<()> {
    match asyncio::run(with_leftover()) {
        Err(error) if error.is::<RuntimeError>() => println!("RuntimeError: {error}"),
        outcome => drop(outcome?),
    }
    Ok(())
}

fn main() -> Result<()> {
    let first = asyncio::run(with_leftover())?;
    assert!(first.is_closed());

    let second = asyncio::run(with_leftover())?;
    assert_ne!(second, first);

    asyncio::run(nested())
}
