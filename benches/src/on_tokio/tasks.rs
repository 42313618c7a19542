//! Tasks that end at once, tasks that yield, and a runtime that has nothing to do.

use tokio::task::{JoinHandle, yield_now};

use super::Flavor;
use crate::{
    measure::Watch,
    sizes::{self, Size},
};

async fn give(number: u32) -> u32 {
    number
}

pub(crate) fn tasks<F: Flavor>(size: Size) -> f64 {
    F::run(async move {
        let watch = Watch::start();
        for _ in 0..size.rounds() {
            let tasks: Vec<JoinHandle<u32>> =
                (0..size.alive).map(|number| F::spawn(give(number))).collect();
            let mut sum = 0;
            for task in tasks {
                sum += u64::from(task.await.expect("a number"));
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

pub(crate) fn yields<F: Flavor>(size: Size) -> f64 {
    F::run(async move {
        let tasks: Vec<JoinHandle<()>> =
            (0..size.alive).map(|_| F::spawn(yield_often(size.rounds()))).collect();
        let watch = Watch::start();
        for task in tasks {
            task.await.expect("its end");
        }
        watch.nanoseconds_each(size.operations)
    })
}

pub(crate) fn start_up<F: Flavor>(size: Size) -> f64 {
    let watch = Watch::start();
    for _ in 0..size.operations {
        F::run(async {});
    }
    watch.nanoseconds_each(size.operations)
}
