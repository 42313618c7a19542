//! The loop by hand: get it, run a coroutine on it, close it.
//!
//! The Python it mirrors is `event_loop.py`, beside this file. Run it with `cargo run --example event_loop`; it prints
//!
//! ```text
//! Running in the event loop
//! Stopped, and closed
//! ```

use asyncio::{Result, get_event_loop};

async fn in_the_loop() -> Result<()> {
    assert!(get_event_loop().is_running());
    println!("Running in the event loop");
    Ok(())
}

fn main() -> Result<()> {
    let loop_ = get_event_loop();
    loop_.run_until_complete(in_the_loop())?;
    assert!(!loop_.is_running());

    loop_.close()?;
    assert!(loop_.is_closed());
    println!("Stopped, and closed");
    Ok(())
}
