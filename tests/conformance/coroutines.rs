//! Coroutines that never begin: those that Python warns of, and those that it does not.

use asyncio::{Coroutine, Error, Result, TaskGroup, create_task, create_task_with, wait_for};

use crate::scenarios;
use crate::trace::{attempt, new_event_loop, outcome, run, run_once, show, trace};

struct Worker;

impl Worker {
    #[asyncio::coroutine]
    async fn work(&self) -> Result<()> {
        trace!("worker begins");
        asyncio::sleep(1).await
    }
}

/// Does something, if it begins.
#[asyncio::coroutine]
async fn work() -> Result<()> {
    trace!("work begins");
    asyncio::sleep(1).await?;
    trace!("work ends");
    Ok(())
}

fn a_coroutine_that_is_dropped() {
    run(async {
        let coroutine = work();
        trace!("made");
        drop(coroutine);
        trace!("dropped");
        Ok::<(), Error>(())
    });
}

fn a_task_that_is_destroyed_before_it_begins() {
    async fn main() -> Result<()> {
        create_task_with(work(), asyncio::TaskOptions::new().name("destroyed"));
        Ok(())
    }
    let loop_ = new_event_loop();
    let maker = loop_.clone();
    loop_.call_soon(move || drop(maker.create_task(main())));
    run_once(&loop_);
    run_once(&loop_);
    loop_.close().expect("the loop is not running");
}

fn a_task_that_is_cancelled_before_it_begins() {
    run(async {
        let task = create_task(work());
        task.cancel();
        outcome("task", task).await?;
        outcome("wait_for", wait_for(work(), 0)).await
    });
}

fn a_group_that_takes_no_task() {
    run(async {
        let group = TaskGroup::new();
        attempt("create_task", || group.create_task(work()));
        group.run(async |_| Ok::<(), Error>(())).await?;
        attempt("create_task", || group.create_task(work()));
        Ok::<(), Error>(())
    });
}

fn a_coroutine_is_dropped_half_way() {
    run(async { outcome("wait_for", wait_for(work(), 0.5)).await });
}

fn reprs_of_named_coroutines() {
    run(async {
        let task = create_task(work());
        trace!("{task:?}");
        asyncio::sleep(0).await?;
        trace!("{task:?}");
        (&task).await?;
        trace!("{task:?}");
        Ok::<(), Error>(())
    });
}

fn a_coroutine_object() {
    fn look_at<F: Future>(coroutine: Coroutine<F>)
    where
        Coroutine<F>: std::fmt::Debug,
    {
        trace!("{} {} {coroutine:?}", coroutine.name(), coroutine.qualname());
    }
    let worker: &'static Worker = &Worker;
    run(async move {
        look_at(work());
        look_at(worker.work());
        show("coroutine", asyncio::iscoroutine(&work()));
        let task = create_task(worker.work());
        trace!("{task:?}");
        show("task", asyncio::iscoroutine(&task));
        task.await
    });
}

fn a_coroutine_that_is_closed() {
    run(async {
        let coroutine = work();
        trace!("made");
        coroutine.close();
        trace!("closed");
        Ok::<(), Error>(())
    });
}

fn a_method_that_is_not_awaited() {
    run(async {
        drop(Worker.work());
        trace!("dropped");
        Ok::<(), Error>(())
    });
}

scenarios! { coroutines:
    a_coroutine_that_is_dropped,
    a_task_that_is_destroyed_before_it_begins,
    a_task_that_is_cancelled_before_it_begins,
    a_group_that_takes_no_task,
    a_coroutine_is_dropped_half_way,
    reprs_of_named_coroutines,
    a_coroutine_object,
    a_coroutine_that_is_closed,
    a_method_that_is_not_awaited,
}
