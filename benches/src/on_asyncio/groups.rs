//! Many coroutines awaited as one.

use asyncio::{Result, TaskGroup, gather_all};

use super::measured;
use crate::{
    measure::Watch,
    sizes::{self, Size},
};

async fn give(number: u32) -> Result<u32> {
    Ok(number)
}

pub(crate) fn gather(size: Size) -> f64 {
    measured(async move {
        let watch = Watch::start();
        for _ in 0..size.rounds() {
            let numbers = gather_all((0..size.alive).map(give)).await?;
            let sum = numbers.into_iter().map(u64::from).sum::<u64>();
            assert_eq!(sum, sizes::sum(size.alive));
        }
        Ok(watch.nanoseconds_each(size.operations))
    })
}

pub(crate) fn task_group(size: Size) -> f64 {
    measured(async move {
        let watch = Watch::start();
        for _ in 0..size.rounds() {
            let group = TaskGroup::new();
            let body = async |group: &TaskGroup| {
                for number in 0..size.alive {
                    group.create_task(give(number))?;
                }
                asyncio::Ok(())
            };
            group.run(body).await?;
        }
        Ok(watch.nanoseconds_each(size.operations))
    })
}
