//! `Future::new`: a future of the thread's loop, given to a callback that sets it.
//!
//! The Python it mirrors is `custom_future.py`, beside this file. Run it with `cargo run --example custom_future`; it prints
//!
//! ```text
//! Future is done!
//! A second result is refused: invalid state
//! ```

use asyncio::{Future, InvalidStateError, Result, get_event_loop};

fn set_future_result(future: &Future<&'static str>) -> Result<()> {
    future.set_result("Future is done!")
}

fn main() -> Result<()> {
    let loop_ = get_event_loop();
    let future = Future::new();

    let for_callback = future.clone();
    loop_.call_soon(move || set_future_result(&for_callback));
    println!("{}", loop_.run_until_complete(future.clone())?);

    match future.set_result("Once more") {
        Err(error) if error.is::<InvalidStateError>() => {
            println!("A second result is refused: {error}")
        }
        outcome => outcome?,
    }
    loop_.close()
}
