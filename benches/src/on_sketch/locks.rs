//! Tasks that wait for a lock, a semaphore or an event.

use std::{cell::Cell, rc::Rc};

use super::waiting::{Line, join, wake_next};
use crate::{
    measure::Watch,
    sizes::{self, Size},
    sketch::{Task, create_task, run, yield_now},
};

#[derive(Default)]
struct Lock {
    locked: Cell<bool>,
    waiters: Line,
    /// The first is woken already.
    is_waking: Cell<bool>,
}

impl Lock {
    async fn acquire(&self) {
        if self.locked.get() || !self.waiters.borrow().is_empty() {
            let waiter = join(&self.waiters);
            waiter.wait().await;
            self.waiters.borrow_mut().pop_front();
            self.is_waking.set(false);
        }
        self.locked.set(true);
    }

    fn release(&self) {
        self.locked.set(false);
        let first = self.waiters.borrow().front().cloned();
        if let Some(waiter) = first
            && !self.is_waking.replace(true)
        {
            waiter.set_result(());
        }
    }
}

pub(crate) fn lock(size: Size) -> f64 {
    run(async move {
        let watch = Watch::start();
        let lock = Rc::new(Lock::default());
        let rival = || {
            let lock = Rc::clone(&lock);
            async move {
                for _ in 0..size.rounds() {
                    lock.acquire().await;
                    yield_now().await;
                    lock.release();
                }
            }
        };
        let tasks: Vec<Task<()>> = (0..size.alive).map(|_| create_task(rival())).collect();
        for task in &tasks {
            task.wait().await;
        }
        watch.nanoseconds_each(size.operations)
    })
}

struct Semaphore {
    value: Cell<usize>,
    waiters: Line,
}

impl Semaphore {
    fn new(value: usize) -> Rc<Self> {
        Rc::new(Self { value: Cell::new(value), waiters: Line::default() })
    }

    async fn acquire(&self) {
        if self.value.get() > 0 && self.waiters.borrow().is_empty() {
            self.value.update(|value| value - 1);
            return;
        }
        let waiter = join(&self.waiters);
        waiter.wait().await;
    }

    /// Hands the permit to the first in line.
    fn release(&self) {
        if !wake_next(&self.waiters) {
            self.value.update(|value| value + 1);
        }
    }
}

pub(crate) fn semaphore(size: Size) -> f64 {
    run(async move {
        let watch = Watch::start();
        let semaphore = Semaphore::new(sizes::PERMITS);
        let rival = || {
            let semaphore = Rc::clone(&semaphore);
            async move {
                for _ in 0..size.rounds() {
                    semaphore.acquire().await;
                    yield_now().await;
                    semaphore.release();
                }
            }
        };
        let tasks: Vec<Task<()>> = (0..size.alive).map(|_| create_task(rival())).collect();
        for task in &tasks {
            task.wait().await;
        }
        watch.nanoseconds_each(size.operations)
    })
}

#[derive(Default)]
struct Event {
    is_set: Cell<bool>,
    waiters: Line,
}

impl Event {
    async fn wait(&self) {
        if self.is_set.get() {
            return;
        }
        let waiter = join(&self.waiters);
        waiter.wait().await;
    }

    fn set(&self) {
        self.is_set.set(true);
        while wake_next(&self.waiters) {}
    }
}

pub(crate) fn event(size: Size) -> f64 {
    run(async move {
        let watch = Watch::start();
        for _ in 0..size.rounds() {
            let event = Rc::new(Event::default());
            let waiter = || {
                let event = Rc::clone(&event);
                async move { event.wait().await }
            };
            let tasks: Vec<Task<()>> = (0..size.alive).map(|_| create_task(waiter())).collect();
            yield_now().await;
            event.set();
            for task in &tasks {
                task.wait().await;
            }
        }
        watch.nanoseconds_each(size.operations)
    })
}
