//! The rows as programs on this project's crate.

mod callbacks;
mod cancelling;
mod futures;
mod groups;
mod locks;
mod memory;
mod queues;
mod tasks;
mod threads;
mod timers;

use std::sync::atomic::{AtomicBool, Ordering};

use asyncio::{Result, RunOptions, run_with};

use crate::{
    measure::{Program, Programs},
    sizes::Size,
};

/// Whether the program of this process runs in asyncio's debug mode.
static DEBUG: AtomicBool = AtomicBool::new(false);

/// Runs a measurement, which has no reason to fail.
fn measured(main: impl Future<Output = Result<f64>> + 'static) -> f64 {
    let options = RunOptions::new();
    let options = if DEBUG.load(Ordering::Relaxed) { options.debug(true) } else { options };
    run_with(main, options).expect("a figure")
}

fn in_debug_mode(program: Program, size: Size) -> f64 {
    DEBUG.store(true, Ordering::Relaxed);
    program(size)
}

pub(crate) fn programs() -> Programs {
    vec![
        ("callbacks", callbacks::callbacks),
        ("callbacks_debug", |size| in_debug_mode(callbacks::callbacks, size)),
        ("tasks", tasks::tasks),
        ("tasks_debug", |size| in_debug_mode(tasks::tasks, size)),
        ("yields", tasks::yields),
        ("yields_debug", |size| in_debug_mode(tasks::yields, size)),
        ("start_up", tasks::start_up),
        ("futures", futures::futures),
        ("foreign", futures::foreign),
        ("gather", groups::gather),
        ("task_group", groups::task_group),
        ("cancel", cancelling::cancel),
        ("queue", queues::queue),
        ("ping_pong", queues::ping_pong),
        ("lock", locks::lock),
        ("semaphore", locks::semaphore),
        ("event", locks::event),
        ("timeouts", timers::timeouts),
        ("wait_for", timers::wait_for),
        ("timers_fire", timers::fire),
        ("timers_due", timers::due),
        ("timers_cancel", timers::cancel),
        ("sleeps", timers::sleeps),
        ("threadsafe", threads::throughput),
        ("threadsafe_latency", threads::latency),
        ("bytes_sleeping", memory::sleeping),
        ("bytes_waiting", memory::waiting),
    ]
}
