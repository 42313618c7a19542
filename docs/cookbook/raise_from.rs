//! An exception is an `Error`, which prints as `str`, and with `{:?}` as `repr`. `cause()` is
//! `__cause__`, `context()` is `__context__`.

use asyncio::{OSError, Result, RuntimeError, raise, try_except};

async fn read() -> Result<()> {
    raise!(OSError("disk is gone"))
}

async fn load() -> Result<()> {
    try_except!({ read().await? }, |error: OSError| {
        raise!(RuntimeError("cannot load"), from = error)
    })
}

async fn load_again() -> Result<()> {
    try_except!({ load().await? }, |error: RuntimeError| {
        error.add_note("this was the second attempt");
        raise!();
    })
}

#[asyncio::main]
pub(crate) async fn main() -> Result<()> {
    try_except!({ load_again().await? }, |error: RuntimeError| {
        println!("{error:?}");
        if let Some(cause) = error.cause() {
            println!("because of {cause:?}");
        }
        println!("{}", error.notes().join(" "));
    })
}
