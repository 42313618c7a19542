//! What expansions and this project's own tests call; not covered by semver.

pub use crate::log::{Sink, set_log_sink};
pub use crate::tasks::{
    gather, gather_all, gather_all_return_exceptions, gather_return_exceptions, wait_for,
};

use crate::{Awaitable, EventLoop};

/// Gives an argument back; what it is for is its bound.
pub fn awaitable<A: Awaitable>(awaitable: A) -> A {
    awaitable
}

/// The number of iterations that `loop_` has begun.
pub fn iteration(loop_: &EventLoop) -> u64 {
    loop_.iteration()
}
