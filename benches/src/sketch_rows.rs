//! The rows of the table as programs on the sketch.

use std::time::Instant;

use crate::{
    measure::{nanoseconds, resident_bytes},
    sizes,
    sketch::{Future, Task, call_later, call_soon, create_task, run, sleep, yield_now},
};

fn countdown(left: u32, done: Future<()>) {
    if left == 0 {
        done.set_result(());
    } else {
        call_soon(move || countdown(left - 1, done));
    }
}

pub(crate) fn callbacks() -> f64 {
    run(async {
        let start = Instant::now();
        let done = Future::new();
        countdown(sizes::CALLBACKS, done.clone());
        done.wait().await;
        nanoseconds(start, sizes::CALLBACKS)
    })
}

async fn give(number: u32) -> u32 {
    number
}

pub(crate) fn tasks() -> f64 {
    run(async {
        let start = Instant::now();
        for _ in 0..sizes::TASKS / sizes::BATCH {
            let tasks: Vec<Task<u32>> =
                (0..sizes::BATCH).map(|number| create_task(give(number))).collect();
            let mut sum = 0;
            for task in &tasks {
                sum += task.wait().await;
            }
            assert_eq!(sum, sizes::BATCH * (sizes::BATCH - 1) / 2);
        }
        nanoseconds(start, sizes::TASKS)
    })
}

async fn yield_often() {
    for _ in 0..sizes::YIELDS / sizes::BATCH {
        yield_now().await;
    }
}

pub(crate) fn yields() -> f64 {
    run(async {
        let start = Instant::now();
        let tasks: Vec<Task<()>> = (0..sizes::BATCH).map(|_| create_task(yield_often())).collect();
        for task in &tasks {
            task.wait().await;
        }
        nanoseconds(start, sizes::YIELDS)
    })
}

pub(crate) fn futures() -> f64 {
    run(async {
        let start = Instant::now();
        for number in 0..sizes::FUTURES {
            let future = Future::new();
            let setter = future.clone();
            let task = create_task(async move { setter.set_result(number) });
            assert_eq!(future.wait().await, number);
            task.wait().await;
        }
        nanoseconds(start, sizes::FUTURES)
    })
}

fn never() {
    unreachable!("it is cancelled")
}

pub(crate) fn timeouts() -> f64 {
    run(async {
        let start = Instant::now();
        for _ in 0..sizes::TIMEOUTS {
            let timer = call_later(10.0, never);
            yield_now().await;
            timer.cancel();
        }
        nanoseconds(start, sizes::TIMEOUTS)
    })
}

pub(crate) fn sleeps() -> f64 {
    run(async {
        let start = Instant::now();
        let tasks: Vec<Task<()>> = sizes::delays().map(|delay| create_task(sleep(delay))).collect();
        for task in &tasks {
            task.wait().await;
        }
        nanoseconds(start, sizes::SLEEPS)
    })
}

pub(crate) fn memory() -> f64 {
    run(async {
        let before = resident_bytes();
        let tasks: Vec<Task<()>> =
            (0..sizes::SLEEPING).map(|_| create_task(sleep(1000.0))).collect();
        yield_now().await;
        yield_now().await;
        let bytes = resident_bytes() - before;
        crate::report(bytes / tasks.len() as f64)
    })
}
