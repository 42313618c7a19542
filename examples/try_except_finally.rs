//! Errors: arms, else, finally, and groups taken apart.
//!
//! The Python it mirrors is `try_except_finally.py`, beside this file. Run it with
//! `cargo run --example try_except_finally`; it prints
//!
//! ```text
//! Fetched asyncio
//! Done with asyncio
//! 7
//! Done with missing
//! 0
//! The network: no answer
//! Done with slow
//! -1
//! Done with broken
//! cannot fetch broken, because it is not a number
//! 1 missing
//! 1 unreachable
//! 1 broken
//! ```

use asyncio::{
    ConnectionError, Exception, KeyError, OSError, Result, RuntimeError, TimeoutError, ValueError,
    raise, sleep, task_group, try_except,
};

async fn fetch(key: &str) -> Result<i64> {
    sleep(0.01).await?;
    match key {
        "missing" => raise!(KeyError(key)),
        "slow" => raise!(TimeoutError("no answer")),
        "broken" => raise!(ValueError("not a number")),
        _ => Ok(key.len() as i64),
    }
}

async fn length_of(key: &str) -> Result<i64> {
    let mut length = 0;
    try_except!(
        { length = fetch(key).await? },
        |_: KeyError| {},
        |error: (TimeoutError, ConnectionError)| {
            println!("The network: {error}");
            length = -1;
        },
        |error: Exception| raise!(RuntimeError(format!("cannot fetch {key}")), from = error),
        else_ = { println!("Fetched {key}") },
        finally = {
            sleep(0).await?; // a cleanup may wait
            println!("Done with {key}");
        },
    )?;
    Ok(length)
}

#[asyncio::main]
async fn main() -> Result<()> {
    for key in ["asyncio", "missing", "slow"] {
        println!("{}", length_of(key).await?);
    }
    try_except!({ length_of("broken").await? }, |error: RuntimeError| {
        println!("{error}, because it is {}", error.cause().expect("there is one"));
        0
    })?;

    // Python's except*: each arm gets its part of the group.
    try_except!(
        {
            task_group!(|group| {
                for key in ["missing", "broken", "slow"] {
                    group.create_task(fetch(key))?;
                }
            })?;
        },
        *|errors: KeyError| println!("{} missing", errors.exceptions().len()),
        *|errors: OSError| println!("{} unreachable", errors.exceptions().len()),
        *|errors: ValueError| println!("{} broken", errors.exceptions().len()),
    )
}
