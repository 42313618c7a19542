//! Tasks that wait for a lock, a semaphore or an event.

use std::sync::Arc;

use tokio::{
    sync::{Mutex, Notify, Semaphore},
    task::{JoinHandle, yield_now},
};

use super::{Flavor, flavor::settle};
use crate::{
    measure::Watch,
    sizes::{self, Size},
};

async fn contend_for_lock(lock: Arc<Mutex<()>>, times: u32) {
    for _ in 0..times {
        let _guard = lock.lock().await;
        yield_now().await;
    }
}

pub(crate) fn lock<F: Flavor>(size: Size) -> f64 {
    F::run(async move {
        let watch = Watch::start();
        let lock = Arc::new(Mutex::new(()));
        let tasks: Vec<JoinHandle<()>> = (0..size.alive)
            .map(|_| F::spawn(contend_for_lock(Arc::clone(&lock), size.rounds())))
            .collect();
        for task in tasks {
            task.await.expect("its end");
        }
        watch.nanoseconds_each(size.operations)
    })
}

async fn contend_for_permit(semaphore: Arc<Semaphore>, times: u32) {
    for _ in 0..times {
        let _permit = semaphore.acquire().await.expect("a permit");
        yield_now().await;
    }
}

pub(crate) fn semaphore<F: Flavor>(size: Size) -> f64 {
    F::run(async move {
        let watch = Watch::start();
        let semaphore = Arc::new(Semaphore::new(sizes::PERMITS));
        let tasks: Vec<JoinHandle<()>> = (0..size.alive)
            .map(|_| F::spawn(contend_for_permit(Arc::clone(&semaphore), size.rounds())))
            .collect();
        for task in tasks {
            task.await.expect("its end");
        }
        watch.nanoseconds_each(size.operations)
    })
}

async fn wait_for_event(event: Arc<Notify>) {
    event.notified().await;
}

pub(crate) fn event<F: Flavor>(size: Size) -> f64 {
    F::run(async move {
        let watch = Watch::start();
        for _ in 0..size.rounds() {
            let event = Arc::new(Notify::new());
            let tasks: Vec<JoinHandle<()>> =
                (0..size.alive).map(|_| F::spawn(wait_for_event(Arc::clone(&event)))).collect();
            settle::<F>().await;
            event.notify_waiters();
            for task in tasks {
                task.await.expect("its end");
            }
        }
        watch.nanoseconds_each(size.operations)
    })
}
