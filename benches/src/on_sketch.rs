//! The rows as programs on the sketch: no cancellation, no error, no loop binding, and so
//! no row on what it leaves out.

mod callbacks;
mod futures;
mod groups;
mod locks;
mod memory;
mod queues;
mod tasks;
mod timers;
mod waiting;

use crate::measure::Programs;

pub(crate) fn programs() -> Programs {
    vec![
        ("callbacks", callbacks::callbacks),
        ("tasks", tasks::tasks),
        ("yields", tasks::yields),
        ("futures", futures::futures),
        ("gather", groups::gather),
        ("task_group", groups::gather),
        ("queue", queues::queue),
        ("ping_pong", queues::ping_pong),
        ("lock", locks::lock),
        ("semaphore", locks::semaphore),
        ("event", locks::event),
        ("timeouts", timers::timeouts),
        ("wait_for", timers::timeouts),
        ("timers_fire", timers::fire),
        ("timers_due", timers::due),
        ("timers_cancel", timers::cancel),
        ("sleeps", timers::sleeps),
        ("bytes_sleeping", memory::sleeping),
        ("bytes_waiting", memory::waiting),
    ]
}
