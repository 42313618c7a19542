//! The memory that waiting tasks take.

use std::time::Duration;

use tokio::{sync::oneshot, task::JoinHandle, time::sleep};

use super::{Flavor, flavor::settle};
use crate::{
    measure::{report_bytes_each, resident_bytes},
    sizes::Size,
};

pub(crate) fn sleeping<F: Flavor>(size: Size) -> f64 {
    F::run(async move {
        let before = resident_bytes();
        let _tasks: Vec<JoinHandle<()>> =
            (0..size.alive).map(|_| F::spawn(sleep(Duration::from_secs(1000)))).collect();
        settle::<F>().await;
        report_bytes_each(before, size.alive)
    })
}

pub(crate) fn waiting<F: Flavor>(size: Size) -> f64 {
    F::run(async move {
        let before = resident_bytes();
        let (_setters, futures): (Vec<_>, Vec<_>) =
            (0..size.alive).map(|_| oneshot::channel::<()>()).collect();
        let _tasks: Vec<JoinHandle<()>> = futures
            .into_iter()
            .map(|future| F::spawn(async move { future.await.expect("it comes") }))
            .collect();
        settle::<F>().await;
        report_bytes_each(before, size.alive)
    })
}
