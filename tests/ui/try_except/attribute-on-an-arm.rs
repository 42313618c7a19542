//! The arm would be there whatever the attribute says.

use asyncio::{Result, sleep, try_except};

#[asyncio::main]
async fn main() -> Result<()> {
    try_except!(
        { sleep(1).await? },
        #[cfg(windows)]
        |_: asyncio::ValueError| {}
    )
}
