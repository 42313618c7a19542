//! A future: a place for a result that a callback will put there.
//!
//! The Python it mirrors is `future.py`, beside this file. Run it with `cargo run --example future`; it prints
//!
//! ```text
//! Result is ready
//! ```

use asyncio::{Result, get_event_loop};

fn main() -> Result<()> {
    let loop_ = get_event_loop();
    let future = loop_.create_future();

    let setter = future.clone();
    loop_.call_soon(move || setter.set_result("Result is ready"));
    assert!(!future.done());

    println!("{}", loop_.run_until_complete(future.clone())?);
    assert!(future.done());
    loop_.close()
}
