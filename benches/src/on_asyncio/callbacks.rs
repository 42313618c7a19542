//! Callbacks, each scheduled by the one before.

use asyncio::{EventLoop, Future, Result, get_running_loop};

use super::measured;
use crate::{measure::Watch, sizes::Size};

fn countdown(loop_: EventLoop, left: u32, done: Future<()>) -> Result<()> {
    if left == 0 {
        return done.set_result(());
    }
    let next = loop_.clone();
    loop_.call_soon(move || countdown(next, left - 1, done));
    Ok(())
}

pub(crate) fn callbacks(size: Size) -> f64 {
    measured(async move {
        let watch = Watch::start();
        let done = Future::new();
        countdown(get_running_loop(), size.operations, done.clone())?;
        done.await?;
        Ok(watch.nanoseconds_each(size.operations))
    })
}
