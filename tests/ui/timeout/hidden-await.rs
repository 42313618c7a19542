//! Nobody sees a way out in a macro of somebody else.

use asyncio::{Result, timeout};

macro_rules! wrap {
    ($value:expr) => {
        $value
    };
}

async fn work() -> Result<u32> {
    Ok(1)
}

#[asyncio::main]
async fn main() -> Result<()> {
    timeout!(1.5, { wrap!(work().await?) })?;
    Ok(())
}
