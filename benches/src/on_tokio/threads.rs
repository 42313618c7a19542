//! Tasks that another thread spawns.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
        mpsc,
    },
    thread,
};

use tokio::{runtime::Handle, sync::oneshot, task::yield_now};

use super::Flavor;
use crate::{measure::Watch, sizes::Size};

pub(crate) fn throughput<F: Flavor>(size: Size) -> f64 {
    F::run(async move {
        let handle = Handle::current();
        let called = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&called);
        let (end, ended) = oneshot::channel();
        let watch = Watch::start();
        let poster = thread::spawn(move || {
            for _ in 0..size.operations {
                let counter = Arc::clone(&counter);
                handle.spawn(async move { counter.fetch_add(1, Ordering::Relaxed) });
            }
            end.send(()).expect("a receiver");
        });
        ended.await.expect("the end");
        while called.load(Ordering::Relaxed) < size.operations {
            yield_now().await;
        }
        poster.join().expect("its end");
        watch.nanoseconds_each(size.operations)
    })
}

/// One task after the other, each answering the thread that waits for it.
pub(crate) fn latency<F: Flavor>(size: Size) -> f64 {
    F::run(async move {
        let handle = Handle::current();
        let (end, ended) = oneshot::channel();
        let watch = Watch::start();
        let asker = thread::spawn(move || {
            let (answer, answers) = mpsc::channel();
            for _ in 0..size.operations {
                let answer = answer.clone();
                handle.spawn(async move { answer.send(()).expect("a listener") });
                answers.recv().expect("an answer");
            }
            end.send(()).expect("a receiver");
        });
        ended.await.expect("the end");
        asker.join().expect("its end");
        watch.nanoseconds_each(size.operations)
    })
}
