//! Timers and timeouts, reached and not reached.

use std::{cell::Cell, rc::Rc};

use asyncio::{Task, TimerHandle, create_task, get_running_loop, sleep};

use super::measured;
use crate::{
    measure::{ProcessorWatch, Watch},
    sizes::{self, Size},
};

fn never() {
    unreachable!("it is cancelled")
}

pub(crate) fn timeouts(size: Size) -> f64 {
    measured(async move {
        let loop_ = get_running_loop();
        let watch = Watch::start();
        for _ in 0..size.operations {
            let timer = loop_.call_at(loop_.time() + sizes::FAR, never);
            sleep(0).await?;
            timer.cancel();
        }
        Ok(watch.nanoseconds_each(size.operations))
    })
}

pub(crate) fn wait_for(size: Size) -> f64 {
    measured(async move {
        let watch = Watch::start();
        for _ in 0..size.operations {
            asyncio::wait_for(sleep(0), sizes::FAR).await?;
        }
        Ok(watch.nanoseconds_each(size.operations))
    })
}

pub(crate) fn fire(size: Size) -> f64 {
    measured(async move {
        let loop_ = get_running_loop();
        let watch = ProcessorWatch::start();
        for _ in 0..size.rounds() {
            let fired = Rc::new(Cell::new(0));
            for delay in sizes::delays(size.alive) {
                let fired = Rc::clone(&fired);
                loop_.call_later(sizes::AHEAD + delay, move || fired.update(|count| count + 1));
            }
            while fired.get() < size.alive {
                sleep(0.01).await?;
            }
        }
        Ok(watch.nanoseconds_each(size.operations))
    })
}

/// Timers that are due when they are made: the heap, and no waiting.
pub(crate) fn due(size: Size) -> f64 {
    measured(async move {
        let loop_ = get_running_loop();
        let watch = Watch::start();
        for _ in 0..size.rounds() {
            let fired = Rc::new(Cell::new(0));
            for delay in sizes::delays(size.alive) {
                let fired = Rc::clone(&fired);
                loop_.call_at(loop_.time() - delay, move || fired.update(|count| count + 1));
            }
            while fired.get() < size.alive {
                sleep(0).await?;
            }
        }
        Ok(watch.nanoseconds_each(size.operations))
    })
}

pub(crate) fn cancel(size: Size) -> f64 {
    measured(async move {
        let loop_ = get_running_loop();
        let watch = Watch::start();
        for _ in 0..size.rounds() {
            let timers: Vec<TimerHandle> = sizes::delays(size.alive)
                .map(|delay| loop_.call_later(sizes::FAR + delay, never))
                .collect();
            for timer in timers {
                timer.cancel();
            }
            sleep(0).await?;
        }
        Ok(watch.nanoseconds_each(size.operations))
    })
}

pub(crate) fn sleeps(size: Size) -> f64 {
    measured(async move {
        let watch = ProcessorWatch::start();
        for _ in 0..size.rounds() {
            let tasks: Vec<Task<()>> = sizes::delays(size.alive)
                .map(|delay| create_task(sleep(sizes::AHEAD + delay)))
                .collect();
            for task in tasks {
                task.await?;
            }
        }
        Ok(watch.nanoseconds_each(size.operations))
    })
}
