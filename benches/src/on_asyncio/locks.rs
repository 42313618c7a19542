//! Tasks that wait for a lock, a semaphore or an event.

use asyncio::{Event, Lock, Result, Semaphore, Task, create_task, sleep};

use super::measured;
use crate::{
    measure::Watch,
    sizes::{self, Size},
};

async fn contend_for_lock(lock: Lock, times: u32) -> Result<()> {
    for _ in 0..times {
        lock.acquire().await?;
        sleep(0).await?;
        lock.release()?;
    }
    Ok(())
}

pub(crate) fn lock(size: Size) -> f64 {
    measured(async move {
        let watch = Watch::start();
        let lock = Lock::new();
        let tasks: Vec<Task<()>> = (0..size.alive)
            .map(|_| create_task(contend_for_lock(lock.clone(), size.rounds())))
            .collect();
        for task in tasks {
            task.await?;
        }
        Ok(watch.nanoseconds_each(size.operations))
    })
}

async fn contend_for_permit(semaphore: Semaphore, times: u32) -> Result<()> {
    for _ in 0..times {
        semaphore.acquire().await?;
        sleep(0).await?;
        semaphore.release();
    }
    Ok(())
}

pub(crate) fn semaphore(size: Size) -> f64 {
    measured(async move {
        let watch = Watch::start();
        let semaphore = Semaphore::new(sizes::PERMITS);
        let tasks: Vec<Task<()>> = (0..size.alive)
            .map(|_| create_task(contend_for_permit(semaphore.clone(), size.rounds())))
            .collect();
        for task in tasks {
            task.await?;
        }
        Ok(watch.nanoseconds_each(size.operations))
    })
}

async fn wait_for_event(event: Event) -> Result<()> {
    event.wait().await?;
    Ok(())
}

pub(crate) fn event(size: Size) -> f64 {
    measured(async move {
        let watch = Watch::start();
        for _ in 0..size.rounds() {
            let event = Event::new();
            let tasks: Vec<Task<()>> =
                (0..size.alive).map(|_| create_task(wait_for_event(event.clone()))).collect();
            sleep(0).await?;
            event.set();
            for task in tasks {
                task.await?;
            }
        }
        Ok(watch.nanoseconds_each(size.operations))
    })
}
