//! Tasks that end at once, and tasks that yield.

use crate::{
    measure::Watch,
    sizes::{self, Size},
    sketch::{Task, create_task, run, yield_now},
};

async fn give(number: u32) -> u32 {
    number
}

pub(crate) fn tasks(size: Size) -> f64 {
    run(async move {
        let watch = Watch::start();
        for _ in 0..size.rounds() {
            let tasks: Vec<Task<u32>> =
                (0..size.alive).map(|number| create_task(give(number))).collect();
            let mut sum = 0;
            for task in tasks {
                sum += u64::from(task.wait().await);
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
        let tasks: Vec<Task<()>> =
            (0..size.alive).map(|_| create_task(yield_often(size.rounds()))).collect();
        let watch = Watch::start();
        for task in tasks {
            task.wait().await;
        }
        watch.nanoseconds_each(size.operations)
    })
}
