//! Timers and timeouts, reached and not reached.

use std::{future::poll_fn, pin::Pin, task::Poll, time::Duration};

use async_executor::Task;
use async_io::Timer;
use futures_lite::future::{or, yield_now};

use super::run;
use crate::{
    measure::{ProcessorWatch, Watch},
    sizes::{self, Size},
};

pub(crate) fn timeouts(size: Size) -> f64 {
    run(async move |_| {
        let watch = Watch::start();
        for _ in 0..size.operations {
            let yielded = async {
                yield_now().await;
                true
            };
            let timed_out = async {
                Timer::after(Duration::from_secs_f64(sizes::FAR)).await;
                false
            };
            assert!(or(yielded, timed_out).await, "it is far");
        }
        watch.nanoseconds_each(size.operations)
    })
}

/// Timers that the reactor knows, but no task waits for; if
/// the machine is too busy, some may be over already.
async fn start(size: Size, offset: f64) -> Vec<Timer> {
    let mut timers: Vec<Timer> = sizes::delays(size.alive)
        .map(|delay| Timer::after(Duration::from_secs_f64(offset + delay)))
        .collect();
    poll_fn(|context| {
        timers.retain_mut(|timer| Pin::new(timer).poll(context).is_pending());
        Poll::Ready(())
    })
    .await;
    timers
}

pub(crate) fn fire(size: Size) -> f64 {
    run(async move |_| {
        let watch = ProcessorWatch::start();
        for _ in 0..size.rounds() {
            for timer in start(size, sizes::AHEAD).await {
                timer.await;
            }
        }
        watch.nanoseconds_each(size.operations)
    })
}

pub(crate) fn cancel(size: Size) -> f64 {
    run(async move |_| {
        let watch = Watch::start();
        for _ in 0..size.rounds() {
            drop(start(size, sizes::FAR).await);
            yield_now().await;
        }
        watch.nanoseconds_each(size.operations)
    })
}

async fn sleep(seconds: f64) {
    Timer::after(Duration::from_secs_f64(seconds)).await;
}

pub(crate) fn sleeps(size: Size) -> f64 {
    run(async move |executor| {
        let watch = ProcessorWatch::start();
        for _ in 0..size.rounds() {
            let tasks: Vec<Task<()>> = sizes::delays(size.alive)
                .map(|delay| executor.spawn(sleep(sizes::AHEAD + delay)))
                .collect();
            for task in tasks {
                task.await;
            }
        }
        watch.nanoseconds_each(size.operations)
    })
}
