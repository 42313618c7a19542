//! A callback takes no arguments: a closure brings them. For one step of `finally`, an outcome that
//! is kept and returned behind it will do.

use asyncio::{EventLoop, Result, new_event_loop};

fn tick(loop_: EventLoop, number: u32) {
    println!("Tick {number}");
    if number == 3 {
        loop_.stop();
        return;
    }
    let next = loop_.clone();
    loop_.call_later(0.001, move || tick(next, number + 1));
}

pub(crate) fn main() -> Result<()> {
    let loop_ = new_event_loop();
    let first = loop_.clone();
    loop_.call_soon(move || tick(first, 1));
    let outcome = loop_.run_forever();
    loop_.close()?;
    outcome
}
