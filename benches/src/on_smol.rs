//! The rows as programs on smol: its LocalExecutor, its reactor, channels and locks.

mod cancelling;
mod futures;
mod groups;
mod locks;
mod memory;
mod queues;
mod tasks;
mod threads;
mod timers;

use std::rc::Rc;

use async_executor::LocalExecutor;

use crate::measure::Programs;

type Executor = Rc<LocalExecutor<'static>>;

/// Runs a program, which is given the executor that its tasks go to. It is a task itself,
/// because waking what `block_on` was given takes a system call.
fn run<M>(main: impl FnOnce(Executor) -> M) -> M::Output
where
    M: Future<Output: 'static> + 'static,
{
    let executor = Executor::default();
    let main = executor.spawn(main(Rc::clone(&executor)));
    async_io::block_on(executor.run(main))
}

/// Lets all tasks run that were spawned before: they do in turn, but in batches.
async fn settle(executor: &Executor) {
    executor.spawn(async {}).await;
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
        ("cancel", cancelling::cancel),
        ("queue", queues::queue),
        ("ping_pong", queues::ping_pong),
        ("lock", locks::lock),
        ("semaphore", locks::semaphore),
        ("event", locks::event),
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
