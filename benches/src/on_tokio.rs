//! The rows as programs on tokio, each for both of its schedulers of one thread.

mod cancelling;
mod flavor;
mod futures;
mod groups;
mod locks;
mod memory;
mod queues;
mod tasks;
mod threads;
mod timers;

pub(crate) use self::flavor::{CurrentThread, Flavor, Local};
use crate::measure::Programs;

pub(crate) fn programs<F: Flavor>() -> Programs {
    vec![
        ("tasks", tasks::tasks::<F>),
        ("yields", tasks::yields::<F>),
        ("start_up", tasks::start_up::<F>),
        ("futures", futures::futures::<F>),
        ("foreign", queues::queue::<F>),
        ("gather", groups::gather::<F>),
        ("task_group", groups::task_group::<F>),
        ("cancel", cancelling::cancel::<F>),
        ("queue", queues::queue::<F>),
        ("ping_pong", queues::ping_pong::<F>),
        ("lock", locks::lock::<F>),
        ("semaphore", locks::semaphore::<F>),
        ("event", locks::event::<F>),
        ("timeouts", timers::timeouts::<F>),
        ("wait_for", timers::timeouts::<F>),
        ("timers_fire", timers::fire::<F>),
        ("timers_cancel", timers::cancel::<F>),
        ("sleeps", timers::sleeps::<F>),
        ("threadsafe", threads::throughput::<F>),
        ("threadsafe_latency", threads::latency::<F>),
        ("bytes_sleeping", memory::sleeping::<F>),
        ("bytes_waiting", memory::waiting::<F>),
    ]
}
