//! Other threads and the loop: they call functions there, and run coroutines and wait for them.
//!
//! The Python it mirrors is `threadsafe.py`, beside this file. Run it with `cargo run --example threadsafe`; it prints
//!
//! ```text
//! Called by the loop
//! The coroutine returned 42
//! The coroutine failed with ValueError('Oops!')
//! The thread has no more time
//! The coroutine is cancelled
//! A letter from a thread
//! ```

use std::thread;

use asyncio::{
    CancelledError, LoopHandle, Result, TimeoutError, ValueError, concurrent, get_running_loop,
    run_coroutine_threadsafe, sleep, to_thread, wrap_future,
};

async fn double(number: u32) -> Result<u32> {
    sleep(0.1).await?;
    Ok(2 * number)
}

async fn fail() -> Result<()> {
    Err(ValueError("Oops!"))
}

async fn wait_long() -> Result<()> {
    match sleep(3600).await {
        Err(error) if error.is::<CancelledError>() => {
            println!("The coroutine is cancelled");
            Err(error)
        }
        outcome => outcome,
    }
}

fn talk(loop_: &LoopHandle) -> Result<()> {
    loop_.call_soon_threadsafe(|| println!("Called by the loop"))?;

    // Each `result` blocks this thread, and the loop goes on.
    let future = run_coroutine_threadsafe(|| double(21), loop_);
    println!("The coroutine returned {}", future.result(None)?);

    let future = run_coroutine_threadsafe(fail, loop_);
    if let Some(error) = future.exception(None)? {
        println!("The coroutine failed with {error:?}");
    }

    let future = run_coroutine_threadsafe(wait_long, loop_);
    match future.result(0.1) {
        Err(error) if error.is::<TimeoutError>() => {
            println!("The thread has no more time");
            future.cancel();
        }
        outcome => outcome?,
    }
    Ok(())
}

#[asyncio::main]
async fn main() -> Result<()> {
    let loop_ = get_running_loop().handle();
    to_thread(move || talk(&loop_)).await?;

    // The other way round: a thread ends a future that the loop waits for.
    let letter = concurrent::Future::new();
    let sender = letter.clone();
    thread::spawn(move || sender.set_result("A letter from a thread"));
    println!("{}", wrap_future(letter).await?);
    Ok(())
}
