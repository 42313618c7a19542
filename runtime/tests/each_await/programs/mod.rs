//! Twenty programs over locks and queues, cancelled at each end of each suspension: no permit, item,
//! wake-up or lock is lost, and nobody waits for ever.
//!
//! The test is one of those who compete. The others are tasks, which have to come to their end
//! whatever happens to it. Somebody who waits for ever is found as nothing is left to do then.

mod locks;
mod mixtures;
mod queues;

use std::cell::Cell;
use std::rc::Rc;

use asyncio::{Error, Result, Task, create_task, sleep, wait};

/// Starts a task, and lets it run until it waits for something.
async fn start<F>(coroutine: F) -> Result<Task<()>>
where
    F: Future<Output = Result<()>> + 'static,
{
    let task = create_task(coroutine);
    // Should this be cancelled, the task has begun all the same.
    match sleep(0).await {
        Ok(()) => Ok(task),
        Err(cancelled) => {
            task.cancel();
            finish(&[task]).await.unwrap_or_default();
            Err(cancelled)
        }
    }
}

/// Waits until all tasks are done, through any cancellation, which it then passes on.
///
/// # Errors
/// What one of the tasks failed with.
async fn finish(tasks: &[Task<()>]) -> Result<()> {
    let mut outcome = Ok(());
    while let Err(cancelled) = wait(tasks).await {
        outcome = Err(cancelled);
    }
    for task in tasks {
        if let Some(error) = task.exception()? {
            return Err(error);
        }
    }
    outcome
}

/// How many are in a place where only so many may be.
#[derive(Clone)]
struct Room {
    inside: Rc<Cell<usize>>,
    most: usize,
}

impl Room {
    fn new(most: usize) -> Self {
        Self { inside: Rc::default(), most }
    }

    /// One more is inside until the guard is dropped.
    fn enter(&self) -> impl Drop + use<> {
        struct Inside(Rc<Cell<usize>>);
        impl Drop for Inside {
            fn drop(&mut self) {
                self.0.update(|inside| inside - 1);
            }
        }
        self.inside.update(|inside| inside + 1);
        assert!(self.inside.get() <= self.most, "too many are inside");
        Inside(Rc::clone(&self.inside))
    }

    fn is_empty(&self) -> bool {
        self.inside.get() == 0
    }
}
