//! The memory that waiting tasks take.

use std::time::Duration;

use async_executor::Task;
use async_io::Timer;
use futures_channel::oneshot;

use super::{run, settle};
use crate::{
    measure::{report_bytes_each, resident_bytes},
    sizes::Size,
};

async fn sleep() {
    Timer::after(Duration::from_secs(1000)).await;
}

pub(crate) fn sleeping(size: Size) -> f64 {
    run(async move |executor| {
        let before = resident_bytes();
        let _tasks: Vec<Task<()>> = (0..size.alive).map(|_| executor.spawn(sleep())).collect();
        settle(&executor).await;
        report_bytes_each(before, size.alive)
    })
}

async fn wait(future: oneshot::Receiver<()>) {
    future.await.expect("it comes");
}

pub(crate) fn waiting(size: Size) -> f64 {
    run(async move |executor| {
        let before = resident_bytes();
        let (_setters, futures): (Vec<_>, Vec<_>) =
            (0..size.alive).map(|_| oneshot::channel()).collect();
        let _tasks: Vec<Task<()>> =
            futures.into_iter().map(|future| executor.spawn(wait(future))).collect();
        settle(&executor).await;
        report_bytes_each(before, size.alive)
    })
}
