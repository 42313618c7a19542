//! A coroutine gives one result.

use asyncio::{Result, yield_};

async fn numbers() -> Result<()> {
    yield_!(1);
    Ok(())
}

fn main() {
    drop(numbers());
}
