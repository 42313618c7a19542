//! Timers and timeouts, reached and not reached.

use std::{cell::Cell, rc::Rc};

use crate::{
    measure::{ProcessorWatch, Watch},
    sizes::{self, Size},
    sketch::{Task, call_later, create_task, run, sleep, yield_now},
};

fn never() {
    unreachable!("it is cancelled")
}

pub(crate) fn timeouts(size: Size) -> f64 {
    run(async move {
        let watch = Watch::start();
        for _ in 0..size.operations {
            let timer = call_later(sizes::FAR, never);
            yield_now().await;
            timer.cancel();
        }
        watch.nanoseconds_each(size.operations)
    })
}

pub(crate) fn fire(size: Size) -> f64 {
    run(async move {
        let watch = ProcessorWatch::start();
        for _ in 0..size.rounds() {
            let fired = Rc::new(Cell::new(0));
            for delay in sizes::delays(size.alive) {
                let fired = Rc::clone(&fired);
                call_later(sizes::AHEAD + delay, move || fired.update(|count| count + 1));
            }
            while fired.get() < size.alive {
                sleep(0.01).await;
            }
        }
        watch.nanoseconds_each(size.operations)
    })
}

/// Timers that are due when they are made: the heap, and no waiting.
pub(crate) fn due(size: Size) -> f64 {
    run(async move {
        let watch = Watch::start();
        for _ in 0..size.rounds() {
            let fired = Rc::new(Cell::new(0));
            for delay in sizes::delays(size.alive) {
                let fired = Rc::clone(&fired);
                call_later(-delay, move || fired.update(|count| count + 1));
            }
            while fired.get() < size.alive {
                yield_now().await;
            }
        }
        watch.nanoseconds_each(size.operations)
    })
}

pub(crate) fn cancel(size: Size) -> f64 {
    run(async move {
        let watch = Watch::start();
        for _ in 0..size.rounds() {
            let timers: Vec<_> = sizes::delays(size.alive)
                .map(|delay| call_later(sizes::FAR + delay, never))
                .collect();
            for timer in timers {
                timer.cancel();
            }
            yield_now().await;
        }
        watch.nanoseconds_each(size.operations)
    })
}

pub(crate) fn sleeps(size: Size) -> f64 {
    run(async move {
        let watch = ProcessorWatch::start();
        for _ in 0..size.rounds() {
            let tasks: Vec<Task<()>> = sizes::delays(size.alive)
                .map(|delay| create_task(sleep(sizes::AHEAD + delay)))
                .collect();
            for task in &tasks {
                task.wait().await;
            }
        }
        watch.nanoseconds_each(size.operations)
    })
}
