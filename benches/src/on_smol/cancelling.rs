//! Tasks that are cancelled while they wait, and clean up as they are dropped.

use std::{cell::Cell, rc::Rc};

use async_executor::Task;
use futures_channel::oneshot;

use super::{run, settle};
use crate::{measure::Watch, sizes::Size};

struct CleanUp(Rc<Cell<u32>>);

impl Drop for CleanUp {
    fn drop(&mut self) {
        self.0.update(|count| count + 1);
    }
}

async fn wait_and_clean_up(future: oneshot::Receiver<()>, cleaned_up: Rc<Cell<u32>>) {
    let _clean_up = CleanUp(cleaned_up);
    future.await.expect("it is cancelled before");
}

pub(crate) fn cancel(size: Size) -> f64 {
    run(async move |executor| {
        let cleaned_up = Rc::new(Cell::new(0));
        let (_setters, tasks): (Vec<_>, Vec<Task<()>>) = (0..size.alive)
            .map(|_| {
                let (setter, future) = oneshot::channel();
                (setter, executor.spawn(wait_and_clean_up(future, Rc::clone(&cleaned_up))))
            })
            .collect();
        settle(&executor).await;
        let watch = Watch::start();
        for task in tasks {
            assert!(task.cancel().await.is_none());
        }
        assert_eq!(cleaned_up.get(), size.alive);
        watch.nanoseconds_each(size.alive)
    })
}
