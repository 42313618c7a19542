//! The memory that waiting tasks take.

use std::time::Duration;

use local_sync::oneshot;
use monoio::{spawn, task::JoinHandle, time::sleep};

use super::{run, settle};
use crate::{
    measure::{report_bytes_each, resident_bytes},
    sizes::Size,
};

pub(crate) fn sleeping(size: Size) -> f64 {
    run(async move {
        let before = resident_bytes();
        let _tasks: Vec<JoinHandle<()>> =
            (0..size.alive).map(|_| spawn(sleep(Duration::from_secs(1000)))).collect();
        settle().await;
        report_bytes_each(before, size.alive)
    })
}

async fn wait(future: oneshot::Receiver<()>) {
    future.await.expect("it comes");
}

pub(crate) fn waiting(size: Size) -> f64 {
    run(async move {
        let before = resident_bytes();
        let (_setters, futures): (Vec<_>, Vec<_>) =
            (0..size.alive).map(|_| oneshot::channel()).collect();
        let _tasks: Vec<JoinHandle<()>> =
            futures.into_iter().map(|future| spawn(wait(future))).collect();
        settle().await;
        report_bytes_each(before, size.alive)
    })
}
