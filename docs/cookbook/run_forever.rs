//! A callback takes no arguments: a closure brings them. Blocks in which nothing is awaited stand in
//! plain functions, too.

use asyncio::{EventLoop, Result, new_event_loop, try_except};

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
    try_except!(
        { loop_.run_forever()? },
        finally = { loop_.close()? }
    )
}
