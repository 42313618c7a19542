//! The memory that waiting tasks take.

use crate::{
    measure::{report_bytes_each, resident_bytes},
    sizes::Size,
    sketch::{Future, Task, create_task, run, sleep, yield_now},
};

pub(crate) fn sleeping(size: Size) -> f64 {
    run(async move {
        let before = resident_bytes();
        let _tasks: Vec<Task<()>> = (0..size.alive).map(|_| create_task(sleep(1000.0))).collect();
        yield_now().await;
        yield_now().await;
        report_bytes_each(before, size.alive)
    })
}

async fn wait(future: Future<()>) {
    future.wait().await;
}

pub(crate) fn waiting(size: Size) -> f64 {
    run(async move {
        let before = resident_bytes();
        let futures: Vec<Future<()>> = (0..size.alive).map(|_| Future::new()).collect();
        let _tasks: Vec<Task<()>> =
            futures.iter().map(|future| create_task(wait(future.clone()))).collect();
        yield_now().await;
        yield_now().await;
        report_bytes_each(before, size.alive)
    })
}
