//! Many tasks awaited as one.

use tokio::task::{JoinHandle, JoinSet};

use super::Flavor;
use crate::{
    measure::Watch,
    sizes::{self, Size},
};

async fn give(number: u32) -> u32 {
    number
}

/// One after the other, which is cheaper than a future of them all.
pub(crate) fn gather<F: Flavor>(size: Size) -> f64 {
    F::run(async move {
        let watch = Watch::start();
        for _ in 0..size.rounds() {
            let tasks: Vec<JoinHandle<u32>> =
                (0..size.alive).map(|number| F::spawn(give(number))).collect();
            let mut numbers = Vec::with_capacity(tasks.len());
            for task in tasks {
                numbers.push(task.await.expect("a number"));
            }
            let sum = numbers.into_iter().map(u64::from).sum::<u64>();
            assert_eq!(sum, sizes::sum(size.alive));
        }
        watch.nanoseconds_each(size.operations)
    })
}

pub(crate) fn task_group<F: Flavor>(size: Size) -> f64 {
    F::run(async move {
        let watch = Watch::start();
        for _ in 0..size.rounds() {
            let mut group = JoinSet::new();
            for number in 0..size.alive {
                F::spawn_in(&mut group, give(number));
            }
            while let Some(outcome) = group.join_next().await {
                outcome.expect("a number");
            }
        }
        watch.nanoseconds_each(size.operations)
    })
}
