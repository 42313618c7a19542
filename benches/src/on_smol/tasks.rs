//! Tasks that end at once, tasks that yield, and an executor that has nothing to do.

use async_executor::Task;
use futures_lite::future::yield_now;

use super::run;
use crate::{
    measure::Watch,
    sizes::{self, Size},
};

async fn give(number: u32) -> u32 {
    number
}

pub(crate) fn tasks(size: Size) -> f64 {
    run(async move |executor| {
        let watch = Watch::start();
        for _ in 0..size.rounds() {
            let tasks: Vec<Task<u32>> =
                (0..size.alive).map(|number| executor.spawn(give(number))).collect();
            let mut sum = 0;
            for task in tasks {
                sum += u64::from(task.await);
            }
            assert_eq!(sum, sizes::sum(size.alive));
        }
        watch.nanoseconds_each(size.operations)
    })
}

async fn yield_often(times: u32) {
    for _ in 0..times {
        yield_now().await;
    }
}

pub(crate) fn yields(size: Size) -> f64 {
    run(async move |executor| {
        let tasks: Vec<Task<()>> =
            (0..size.alive).map(|_| executor.spawn(yield_often(size.rounds()))).collect();
        let watch = Watch::start();
        for task in tasks {
            task.await;
        }
        watch.nanoseconds_each(size.operations)
    })
}

pub(crate) fn start_up(size: Size) -> f64 {
    let watch = Watch::start();
    for _ in 0..size.operations {
        run(async |_| ());
    }
    watch.nanoseconds_each(size.operations)
}
