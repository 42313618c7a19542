//! Programs over locks, queues and blocks, cancelled at each end of each suspension: no permit, item,
//! wake-up or lock is lost, and nobody waits for ever.
//!
//! The test is one of those who compete. The others are tasks, which have to come to their end
//! whatever happens to it. Somebody who waits for ever is found as nothing is left to do then.

mod blocks;
mod locks;
mod mixtures;
mod queues;

use std::cell::Cell;
use std::rc::Rc;

use asyncio::{Result, Task, create_task, sleep, wait};

/// A task that begins `delay` seconds from now.
fn later<F>(delay: f64, coroutine: F) -> Task<()>
where
    F: Future<Output = Result<()>> + 'static,
{
    create_task(async move {
        sleep(delay).await?;
        coroutine.await
    })
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
