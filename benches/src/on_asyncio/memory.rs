//! The memory that waiting tasks take.

use asyncio::{Future, Result, Task, create_task, sleep};

use super::measured;
use crate::{
    measure::{report_bytes_each, resident_bytes},
    sizes::Size,
};

pub(crate) fn sleeping(size: Size) -> f64 {
    measured(async move {
        let before = resident_bytes();
        let _tasks: Vec<Task<()>> = (0..size.alive).map(|_| create_task(sleep(1000))).collect();
        sleep(0).await?;
        sleep(0).await?;
        report_bytes_each(before, size.alive)
    })
}

async fn wait(future: Future<()>) -> Result<()> {
    future.await
}

pub(crate) fn waiting(size: Size) -> f64 {
    measured(async move {
        let before = resident_bytes();
        let futures: Vec<Future<()>> = (0..size.alive).map(|_| Future::new()).collect();
        let _tasks: Vec<Task<()>> =
            futures.iter().map(|future| create_task(wait(future.clone()))).collect();
        sleep(0).await?;
        sleep(0).await?;
        report_bytes_each(before, size.alive)
    })
}
