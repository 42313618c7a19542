//! Timers and timeouts, reached and not reached.

use std::{future::poll_fn, pin::Pin, task::Poll, time::Duration};

use tokio::{
    task::{JoinHandle, coop::unconstrained, yield_now},
    time::{Sleep, sleep, timeout},
};

use super::Flavor;
use crate::{
    measure::{ProcessorWatch, Watch},
    sizes::{self, Size},
};

pub(crate) fn timeouts<F: Flavor>(size: Size) -> f64 {
    F::run(async move {
        let watch = Watch::start();
        for _ in 0..size.operations {
            let far = Duration::from_secs_f64(sizes::FAR);
            timeout(far, yield_now()).await.expect("it is far");
        }
        watch.nanoseconds_each(size.operations)
    })
}

/// Timers that are in the wheel, but in no task; if the machine is too busy, some may be over already.
async fn start(size: Size, offset: f64) -> Vec<Pin<Box<Sleep>>> {
    let mut timers: Vec<_> = sizes::delays(size.alive)
        .map(|delay| Box::pin(sleep(Duration::from_secs_f64(offset + delay))))
        .collect();
    let poll_all = poll_fn(|context| {
        timers.retain_mut(|timer| timer.as_mut().poll(context).is_pending());
        Poll::Ready(())
    });
    unconstrained(poll_all).await;
    timers
}

pub(crate) fn fire<F: Flavor>(size: Size) -> f64 {
    F::run(async move {
        let watch = ProcessorWatch::start();
        for _ in 0..size.rounds() {
            for timer in start(size, sizes::AHEAD).await {
                timer.await;
            }
        }
        watch.nanoseconds_each(size.operations)
    })
}

pub(crate) fn cancel<F: Flavor>(size: Size) -> f64 {
    F::run(async move {
        let watch = Watch::start();
        for _ in 0..size.rounds() {
            drop(start(size, sizes::FAR).await);
            yield_now().await;
        }
        watch.nanoseconds_each(size.operations)
    })
}

pub(crate) fn sleeps<F: Flavor>(size: Size) -> f64 {
    F::run(async move {
        let watch = ProcessorWatch::start();
        for _ in 0..size.rounds() {
            let tasks: Vec<JoinHandle<()>> = sizes::delays(size.alive)
                .map(|delay| F::spawn(sleep(Duration::from_secs_f64(sizes::AHEAD + delay))))
                .collect();
            for task in tasks {
                task.await.expect("its end");
            }
        }
        watch.nanoseconds_each(size.operations)
    })
}
