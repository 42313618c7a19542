//! Callbacks of the next iteration, in the order of the calls; one of them ends `run_forever`.
//!
//! The Python it mirrors is `call_soon.py`, beside this file. Run it with `cargo run --example call_soon`; it prints
//!
//! ```text
//! Nothing has run yet
//! Callback executed!
//! A thread says that it is enough
//! ```

use std::thread;

use asyncio::{Result, get_event_loop};

fn my_callback() {
    println!("Callback executed!");
}

fn start_thread() {
    let remote = get_event_loop().handle();
    // The one way into the loop from another thread.
    thread::spawn(move || remote.call_soon_threadsafe(finish));
}

fn finish() {
    println!("A thread says that it is enough");
    get_event_loop().stop();
}

fn main() -> Result<()> {
    let loop_ = get_event_loop();
    loop_.call_soon(my_callback);
    let handle = loop_.call_soon(|| println!("This one is cancelled before its turn"));
    loop_.call_soon(start_thread);

    handle.cancel();
    println!("Nothing has run yet");
    loop_.run_forever()?;
    loop_.close()
}
