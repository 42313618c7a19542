//! Tasks that end at once, tasks that yield, and a loop that has nothing to do.

use asyncio::{Result, Task, create_task, run, sleep};

use super::measured;
use crate::{measure::Watch, sizes::Size};

async fn give(number: u32) -> Result<u32> {
    Ok(number)
}

pub(crate) fn tasks(size: Size) -> f64 {
    measured(async move {
        let watch = Watch::start();
        for _ in 0..size.rounds() {
            let tasks: Vec<Task<u32>> =
                (0..size.alive).map(|number| create_task(give(number))).collect();
            let mut sum = 0;
            for task in tasks {
                sum += u64::from(task.await?);
            }
            assert_eq!(sum, crate::sizes::sum(size.alive));
        }
        Ok(watch.nanoseconds_each(size.operations))
    })
}

async fn yield_often(times: u32) -> Result<()> {
    for _ in 0..times {
        sleep(0).await?;
    }
    Ok(())
}

pub(crate) fn yields(size: Size) -> f64 {
    measured(async move {
        let tasks: Vec<Task<()>> =
            (0..size.alive).map(|_| create_task(yield_often(size.rounds()))).collect();
        let watch = Watch::start();
        for task in tasks {
            task.await?;
        }
        Ok(watch.nanoseconds_each(size.operations))
    })
}

pub(crate) fn start_up(size: Size) -> f64 {
    let watch = Watch::start();
    for _ in 0..size.operations {
        run(async { asyncio::Ok(()) }).expect("nothing to fail");
    }
    watch.nanoseconds_each(size.operations)
}
