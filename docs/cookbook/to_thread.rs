//! The function goes to a thread and its result comes back, so both are `Send`; what the closure
//! needs, it moves in. A context goes with it, as in Python.

use std::{num::ParseIntError, thread, time::Duration};

use asyncio::{Result, gather, to_thread, try_except};

fn parse(text: &str) -> Result<u32> {
    thread::sleep(Duration::from_millis(1));
    Ok(text.parse()?)
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    let (one, twenty) =
        gather!(to_thread(|| parse("1")), to_thread(|| parse("20")))
            .await?;
    println!("{}", one + twenty);
    try_except!(
        {
            to_thread(|| parse("x")).await?;
        },
        |_: ParseIntError| println!("no number"),
    )
}
