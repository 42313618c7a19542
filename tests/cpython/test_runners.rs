//! `test_runners.py`.

mod run;
mod runner;

use asyncio::{EventLoop, Result, RunOptions, get_running_loop};

/// Options of a run whose clock is virtual.
fn virtual_time() -> RunOptions {
    RunOptions::new().loop_factory(EventLoop::with_virtual_clock)
}

/// Whether debug mode is on in the running loop.
async fn is_debugged() -> Result<bool> {
    Ok(get_running_loop().get_debug())
}
