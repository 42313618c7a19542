//! `#[asyncio::test(cancel = "each_await")]`: what it finds, and twenty programs over locks and
//! queues in which it finds nothing.

mod findings;
mod limits;
mod runs;
