//! `#[asyncio::test(cancel = "each_await")]`: what it finds, and programs over locks and queues in
//! which it finds nothing.
#![forbid(unsafe_code)]

mod by_hand;
mod chapter;
mod findings;
mod limits;
mod programs;
mod runs;
