//! The rows of the table as programs on this project's crate.

use std::time::Instant;

use asyncio::{EventLoop, Future, Result, Task, create_task, get_running_loop, run, sleep};

use crate::{
    measure::{nanoseconds, resident_bytes},
    sizes,
};

/// Runs a measurement, which has no reason to fail.
fn measured(main: impl std::future::Future<Output = Result<f64>> + 'static) -> f64 {
    run(main).expect("a figure")
}

fn countdown(loop_: EventLoop, left: u32, done: Future<()>) -> Result<()> {
    if left == 0 {
        return done.set_result(());
    }
    let next = loop_.clone();
    loop_.call_soon(move || countdown(next, left - 1, done));
    Ok(())
}

pub(crate) fn callbacks() -> f64 {
    measured(async {
        let start = Instant::now();
        let done = Future::new();
        countdown(get_running_loop(), sizes::CALLBACKS, done.clone())?;
        done.await?;
        Ok(nanoseconds(start, sizes::CALLBACKS))
    })
}

async fn give(number: u32) -> Result<u32> {
    Ok(number)
}

pub(crate) fn tasks() -> f64 {
    measured(async {
        let start = Instant::now();
        for _ in 0..sizes::TASKS / sizes::BATCH {
            let tasks: Vec<Task<u32>> =
                (0..sizes::BATCH).map(|number| create_task(give(number))).collect();
            let mut sum = 0;
            for task in tasks {
                sum += task.await?;
            }
            assert_eq!(sum, sizes::BATCH * (sizes::BATCH - 1) / 2);
        }
        Ok(nanoseconds(start, sizes::TASKS))
    })
}

async fn yield_often() -> Result<()> {
    for _ in 0..sizes::YIELDS / sizes::BATCH {
        sleep(0).await?;
    }
    Ok(())
}

pub(crate) fn yields() -> f64 {
    measured(async {
        let start = Instant::now();
        let tasks: Vec<Task<()>> = (0..sizes::BATCH).map(|_| create_task(yield_often())).collect();
        for task in tasks {
            task.await?;
        }
        Ok(nanoseconds(start, sizes::YIELDS))
    })
}

pub(crate) fn futures() -> f64 {
    measured(async {
        let loop_ = get_running_loop();
        let start = Instant::now();
        for number in 0..sizes::FUTURES {
            let future = loop_.create_future();
            let setter = future.clone();
            let task = create_task(async move { setter.set_result(number) });
            assert_eq!(future.await?, number);
            task.await?;
        }
        Ok(nanoseconds(start, sizes::FUTURES))
    })
}

fn never() {
    unreachable!("it is cancelled")
}

pub(crate) fn timeouts() -> f64 {
    measured(async {
        let loop_ = get_running_loop();
        let start = Instant::now();
        for _ in 0..sizes::TIMEOUTS {
            let timer = loop_.call_at(loop_.time() + 10.0, never);
            sleep(0).await?;
            timer.cancel();
        }
        Ok(nanoseconds(start, sizes::TIMEOUTS))
    })
}

pub(crate) fn sleeps() -> f64 {
    measured(async {
        let start = Instant::now();
        let tasks: Vec<Task<()>> = sizes::delays().map(|delay| create_task(sleep(delay))).collect();
        for task in tasks {
            task.await?;
        }
        Ok(nanoseconds(start, sizes::SLEEPS))
    })
}

pub(crate) fn memory() -> f64 {
    measured(async {
        let before = resident_bytes();
        let tasks: Vec<Task<()>> = (0..sizes::SLEEPING).map(|_| create_task(sleep(1000))).collect();
        sleep(0).await?;
        sleep(0).await?;
        let bytes = resident_bytes() - before;
        crate::report(bytes / tasks.len() as f64)
    })
}
