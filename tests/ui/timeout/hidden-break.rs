//! Nor a `break`.

use asyncio::{Result, timeout};

macro_rules! wrap {
    ($value:expr) => {
        $value
    };
}

#[asyncio::main]
async fn main() -> Result<()> {
    loop {
        timeout!(1.5, { wrap!(break) })?;
    }
    Ok(())
}
