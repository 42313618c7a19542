//! Others have macros with a `return` in them, which a block cannot see.

use asyncio::{Error, Result, ValueError, try_except};

macro_rules! bail {
    ($error:expr) => {
        return Err(Error::from($error))
    };
}

#[asyncio::main]
async fn main() -> Result<()> {
    try_except!({ bail!(ValueError("x")) }, |_: ValueError| {})
}
