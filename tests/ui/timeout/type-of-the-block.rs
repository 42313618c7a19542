//! The value tells its type.

use asyncio::{Result, timeout};

#[asyncio::main]
async fn main() -> Result<()> {
    timeout!(1.5, |t| -> Option<f64> { t.when() })?;
    Ok(())
}
