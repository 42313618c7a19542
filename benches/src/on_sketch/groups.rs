//! Many coroutines awaited as one, which here is one after the other.

use crate::{
    measure::Watch,
    sizes::{self, Size},
    sketch::{Task, create_task, run},
};

async fn give(number: u32) -> u32 {
    number
}

pub(crate) fn gather(size: Size) -> f64 {
    run(async move {
        let watch = Watch::start();
        for _ in 0..size.rounds() {
            let tasks: Vec<Task<u32>> =
                (0..size.alive).map(|number| create_task(give(number))).collect();
            let mut numbers = Vec::with_capacity(tasks.len());
            for task in tasks {
                numbers.push(task.wait().await);
            }
            let sum = numbers.into_iter().map(u64::from).sum::<u64>();
            assert_eq!(sum, sizes::sum(size.alive));
        }
        watch.nanoseconds_each(size.operations)
    })
}
