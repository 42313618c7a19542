//! Calls from another thread, through a channel: the executor itself takes tasks from its own
//! thread only.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
        mpsc,
    },
    thread,
};

use async_channel::{Receiver, unbounded};

use super::run;
use crate::{measure::Watch, sizes::Size};

type Call = Box<dyn FnOnce() + Send>;

/// Calls what comes until nobody can send any more.
async fn call_all(calls: Receiver<Call>) {
    while let Ok(call) = calls.recv().await {
        call();
    }
}

pub(crate) fn throughput(size: Size) -> f64 {
    run(async move |_| {
        let (sender, calls) = unbounded::<Call>();
        let called = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&called);
        let watch = Watch::start();
        let poster = thread::spawn(move || {
            for _ in 0..size.operations {
                let counter = Arc::clone(&counter);
                let count = move || _ = counter.fetch_add(1, Ordering::Relaxed);
                sender.try_send(Box::new(count)).expect("a receiver");
            }
        });
        call_all(calls).await;
        poster.join().expect("its end");
        assert_eq!(called.load(Ordering::Relaxed), size.operations);
        watch.nanoseconds_each(size.operations)
    })
}

/// One call after the other, each answering the thread that waits for it.
pub(crate) fn latency(size: Size) -> f64 {
    run(async move |_| {
        let (sender, calls) = unbounded::<Call>();
        let watch = Watch::start();
        let asker = thread::spawn(move || {
            let (answer, answers) = mpsc::channel();
            for _ in 0..size.operations {
                let answer = answer.clone();
                let reply = move || answer.send(()).expect("a listener");
                sender.try_send(Box::new(reply)).expect("a receiver");
                answers.recv().expect("an answer");
            }
        });
        call_all(calls).await;
        asker.join().expect("its end");
        watch.nanoseconds_each(size.operations)
    })
}
