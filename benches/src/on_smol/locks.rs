//! Tasks that wait for a lock, a semaphore or an event.

use std::rc::Rc;

use async_executor::Task;
use async_lock::{Mutex, Semaphore};
use event_listener::Event;
use futures_lite::future::yield_now;

use super::{run, settle};
use crate::{
    measure::Watch,
    sizes::{self, Size},
};

async fn contend_for_lock(lock: Rc<Mutex<()>>, times: u32) {
    for _ in 0..times {
        let _guard = lock.lock().await;
        yield_now().await;
    }
}

pub(crate) fn lock(size: Size) -> f64 {
    run(async move |executor| {
        let watch = Watch::start();
        let lock = Rc::new(Mutex::new(()));
        let tasks: Vec<Task<()>> = (0..size.alive)
            .map(|_| executor.spawn(contend_for_lock(Rc::clone(&lock), size.rounds())))
            .collect();
        for task in tasks {
            task.await;
        }
        watch.nanoseconds_each(size.operations)
    })
}

async fn contend_for_permit(semaphore: Rc<Semaphore>, times: u32) {
    for _ in 0..times {
        let _permit = semaphore.acquire().await;
        yield_now().await;
    }
}

pub(crate) fn semaphore(size: Size) -> f64 {
    run(async move |executor| {
        let watch = Watch::start();
        let semaphore = Rc::new(Semaphore::new(sizes::PERMITS));
        let tasks: Vec<Task<()>> = (0..size.alive)
            .map(|_| executor.spawn(contend_for_permit(Rc::clone(&semaphore), size.rounds())))
            .collect();
        for task in tasks {
            task.await;
        }
        watch.nanoseconds_each(size.operations)
    })
}

async fn wait_for_event(event: Rc<Event>) {
    event.listen().await;
}

pub(crate) fn event(size: Size) -> f64 {
    run(async move |executor| {
        let watch = Watch::start();
        for _ in 0..size.rounds() {
            let event = Rc::new(Event::new());
            let tasks: Vec<Task<()>> = (0..size.alive)
                .map(|_| executor.spawn(wait_for_event(Rc::clone(&event))))
                .collect();
            settle(&executor).await;
            event.notify(usize::MAX);
            for task in tasks {
                task.await;
            }
        }
        watch.nanoseconds_each(size.operations)
    })
}
