//! An exception is an `Error`, which prints as `str`, and with `{:?}` as `repr`. `cause()` is
//! `__cause__`, `context()` is `__context__`.

use asyncio::{OSError, Result, RuntimeError, raise, try_except};

async fn read() -> Result<()> {
    raise!(OSError("disk is gone"))
}

async fn load(quiet: bool) -> Result<()> {
    try_except!({ read().await? }, |error: OSError| {
        if quiet {
            raise!(RuntimeError("ask later"), from = None);
        }
        raise!(RuntimeError("cannot load"), from = error)
    })
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    for quiet in [false, true] {
        try_except!(
            { load(quiet).await? },
            |error: RuntimeError| {
                println!("{error:?}");
                if let Some(cause) = error.cause() {
                    println!("because of {cause:?}");
                }
            }
        )?;
    }
    Ok(())
}
