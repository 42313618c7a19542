//! Futures of other crates, as programs use them: awaited, cancelled, timed out, woken by threads.
#![forbid(unsafe_code)]

#[path = "support/alive.rs"]
mod alive;
#[path = "ecosystem/combinators.rs"]
mod combinators;
#[path = "ecosystem/matrix.rs"]
mod matrix;
#[path = "ecosystem/order.rs"]
mod order;
#[path = "ecosystem/sources.rs"]
mod sources;
#[path = "ecosystem/timers.rs"]
mod timers;
