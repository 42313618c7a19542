//! A cause is that of something.

use asyncio::{Result, ValueError, raise, try_except};

fn main() -> Result<()> {
    try_except!({}, |e: ValueError| raise!(from = e))
}
