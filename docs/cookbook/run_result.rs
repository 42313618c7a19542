//! Keyword arguments go to the macro, as `name = value`. `str::parse` fails with an error of Rust's
//! library; an arm may name its type, as errors of any type can be raised.

use std::num::ParseIntError;

use asyncio::{Result, get_running_loop, run, try_except};

async fn parse(text: &str) -> Result<u32> {
    let loop_ = get_running_loop();
    let mode = if loop_.get_debug() { "debug" } else { "usual" };
    println!("{text} in {mode} mode");
    Ok(text.parse()?)
}

pub(crate) fn main() -> Result<()> {
    println!("{}", run!(parse("42"))?);
    try_except!(
        {
            run!(parse("4x2"), debug = true)?;
        },
        |_: ParseIntError| println!("not a number"),
    )
}
