//! There is no loop that the block could be left for.

use asyncio::{Result, sleep, timeout};

#[asyncio::main]
async fn main() -> Result<()> {
    timeout!(1.5, {
        sleep(1).await?;
        break;
    })?;
    timeout!(1.5, {
        sleep(1).await?;
        continue;
    })
}
