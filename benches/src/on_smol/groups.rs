//! Many tasks awaited as one.

use async_executor::Task;
use futures_lite::StreamExt;
use futures_util::stream::FuturesUnordered;

use super::run;
use crate::{
    measure::Watch,
    sizes::{self, Size},
};

async fn give(number: u32) -> u32 {
    number
}

/// One after the other, which is cheaper than a future of them all.
pub(crate) fn gather(size: Size) -> f64 {
    run(async move |executor| {
        let watch = Watch::start();
        for _ in 0..size.rounds() {
            let tasks: Vec<Task<u32>> =
                (0..size.alive).map(|number| executor.spawn(give(number))).collect();
            let mut numbers = Vec::with_capacity(tasks.len());
            for task in tasks {
                numbers.push(task.await);
            }
            let sum = numbers.into_iter().map(u64::from).sum::<u64>();
            assert_eq!(sum, sizes::sum(size.alive));
        }
        watch.nanoseconds_each(size.operations)
    })
}

pub(crate) fn task_group(size: Size) -> f64 {
    run(async move |executor| {
        let watch = Watch::start();
        for _ in 0..size.rounds() {
            let mut group: FuturesUnordered<Task<u32>> =
                (0..size.alive).map(|number| executor.spawn(give(number))).collect();
            while group.next().await.is_some() {}
        }
        watch.nanoseconds_each(size.operations)
    })
}
