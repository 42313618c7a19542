//! The rows as programs on monoio and its local channels. It has no lock, no event and no
//! way to cancel a task, and so no row on these.

mod futures;
mod groups;
mod memory;
mod queues;
mod tasks;
mod threads;
mod timers;

use monoio::{FusionDriver, RuntimeBuilder};

use crate::measure::Programs;

/// Runs a program as a task.
fn run<M>(main: M) -> M::Output
where
    M: Future<Output: 'static> + 'static,
{
    let runtime = RuntimeBuilder::<FusionDriver>::new().enable_timer().build();
    runtime.expect("a runtime").block_on(async { monoio::spawn(main).await })
}

/// Lets all tasks run that were spawned before: they do in turn.
async fn settle() {
    monoio::spawn(async {}).await;
}

pub(crate) fn programs() -> Programs {
    vec![
        ("tasks", tasks::tasks),
        ("yields", tasks::yields),
        ("start_up", tasks::start_up),
        ("futures", futures::futures),
        ("foreign", futures::foreign),
        ("gather", groups::gather),
        ("task_group", groups::task_group),
        ("queue", queues::queue),
        ("ping_pong", queues::ping_pong),
        ("semaphore", queues::semaphore),
        ("timeouts", timers::timeouts),
        ("wait_for", timers::timeouts),
        ("timers_fire", timers::fire),
        ("timers_cancel", timers::cancel),
        ("sleeps", timers::sleeps),
        ("threadsafe", threads::throughput),
        ("threadsafe_latency", threads::latency),
        ("bytes_sleeping", memory::sleeping),
        ("bytes_waiting", memory::waiting),
    ]
}
