//! Tasks that are cancelled while they wait, and clean up.

use std::{cell::Cell, rc::Rc};

use asyncio::{CancelledError, Future, Result, Task, create_task, sleep};

use super::measured;
use crate::{measure::Watch, sizes::Size};

async fn wait_and_clean_up(future: Future<()>, cleaned_up: Rc<Cell<u32>>) -> Result<()> {
    let outcome = future.await;
    cleaned_up.update(|count| count + 1);
    outcome
}

pub(crate) fn cancel(size: Size) -> f64 {
    measured(async move {
        let cleaned_up = Rc::new(Cell::new(0));
        let tasks: Vec<Task<()>> = (0..size.alive)
            .map(|_| create_task(wait_and_clean_up(Future::new(), Rc::clone(&cleaned_up))))
            .collect();
        sleep(0).await?;
        let watch = Watch::start();
        for task in &tasks {
            task.cancel();
        }
        for task in tasks {
            let error = task.await.expect_err("it was cancelled");
            assert!(error.is::<CancelledError>());
        }
        assert_eq!(cleaned_up.get(), size.alive);
        Ok(watch.nanoseconds_each(size.alive))
    })
}
