//! Tasks that end at once, tasks that yield, and a runtime that has nothing to do.

use futures_lite::future::yield_now;
use monoio::{spawn, task::JoinHandle};

use super::run;
use crate::{
    measure::Watch,
    sizes::{self, Size},
};

async fn give(number: u32) -> u32 {
    number
}

pub(crate) fn tasks(size: Size) -> f64 {
    run(async move {
        let watch = Watch::start();
        for _ in 0..size.rounds() {
            let tasks: Vec<JoinHandle<u32>> =
                (0..size.alive).map(|number| spawn(give(number))).collect();
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
    run(async move {
        let tasks: Vec<JoinHandle<()>> =
            (0..size.alive).map(|_| spawn(yield_often(size.rounds()))).collect();
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
        run(async {});
    }
    watch.nanoseconds_each(size.operations)
}
