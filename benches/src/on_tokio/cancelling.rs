//! Tasks that are cancelled while they wait, and clean up as they are dropped.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use tokio::{sync::oneshot, task::JoinHandle};

use super::{Flavor, flavor::settle};
use crate::{measure::Watch, sizes::Size};

struct CleanUp(Arc<AtomicU32>);

impl Drop for CleanUp {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

async fn wait_and_clean_up(future: oneshot::Receiver<()>, cleaned_up: Arc<AtomicU32>) {
    let _clean_up = CleanUp(cleaned_up);
    future.await.expect("it is cancelled before");
}

pub(crate) fn cancel<F: Flavor>(size: Size) -> f64 {
    F::run(async move {
        let cleaned_up = Arc::new(AtomicU32::new(0));
        let (_setters, tasks): (Vec<_>, Vec<JoinHandle<()>>) = (0..size.alive)
            .map(|_| {
                let (setter, future) = oneshot::channel();
                (setter, F::spawn(wait_and_clean_up(future, Arc::clone(&cleaned_up))))
            })
            .collect();
        settle::<F>().await;
        let watch = Watch::start();
        for task in &tasks {
            task.abort();
        }
        for task in tasks {
            assert!(task.await.expect_err("it was cancelled").is_cancelled());
        }
        assert_eq!(cleaned_up.load(Ordering::Relaxed), size.alive);
        watch.nanoseconds_each(size.alive)
    })
}
