//! Callbacks after a delay and at a time of the loop's clock.
//!
//! The Python it mirrors is `call_later.py`, beside this file. Run it with `cargo run --example call_later`; it prints
//!
//! ```text
//! Callback executed at its time!
//! Callback executed after delay!
//! It took 2 seconds
//! ```

use asyncio::{Result, get_event_loop};

fn delayed_callback() {
    println!("Callback executed after delay!");
    get_event_loop().stop();
}

fn scheduled_callback() {
    println!("Callback executed at its time!");
}

fn main() -> Result<()> {
    let loop_ = get_event_loop();
    let start = loop_.time();
    loop_.call_later(2, delayed_callback);
    loop_.call_when(start + 1.0, scheduled_callback); // another name of call_at
    let cancelled = loop_.call_later(0.5, || println!("This one is cancelled in time"));
    cancelled.cancel();

    loop_.run_forever()?;
    println!("It took {:.0} seconds", loop_.time() - start);
    loop_.close()
}
