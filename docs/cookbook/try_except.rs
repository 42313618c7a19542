//! The arms look like closures; behind the colon stands what Python has behind `except`. An arm for
//! several types gets an `Error`, which knows its class.

use asyncio::{
    KeyError, Result, ValueError, raise, sleep, try_except,
};

async fn load(key: &str) -> Result<i64> {
    sleep(0).await?;
    if key.is_empty() {
        raise!(KeyError("no key"));
    }
    key.parse().map_err(|_| ValueError(format!("no number: {key}")))
}

async fn show(key: &str) -> Result<i64> {
    let mut value = 0;
    try_except!(
        { value = load(key).await? },
        |error: (KeyError, ValueError)| {
            println!("{}", error.class_name());
        },
        else_ = { println!("loaded") },
        finally = {
            sleep(0).await?;
            println!("closed");
        },
    )?;
    Ok(value)
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    for key in ["7", "", "seven"] {
        println!("{}", show(key).await?);
    }
    Ok(())
}
