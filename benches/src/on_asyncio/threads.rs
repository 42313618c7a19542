//! Calls from another thread.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
    mpsc,
};

use asyncio::{get_running_loop, to_thread};

use super::measured;
use crate::{measure::Watch, sizes::Size};

pub(crate) fn throughput(size: Size) -> f64 {
    measured(async move {
        let handle = get_running_loop().handle();
        let called = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&called);
        let watch = Watch::start();
        let post = move || {
            for _ in 0..size.operations {
                let counter = Arc::clone(&counter);
                let count = move || _ = counter.fetch_add(1, Ordering::Relaxed);
                handle.call_soon_threadsafe(count)?;
            }
            asyncio::Ok(())
        };
        // The thread's end comes through the same inbox, behind all calls.
        to_thread(post).await?;
        assert_eq!(called.load(Ordering::Relaxed), size.operations);
        Ok(watch.nanoseconds_each(size.operations))
    })
}

/// One call after the other, each waiting for the loop's answer.
pub(crate) fn latency(size: Size) -> f64 {
    measured(async move {
        let handle = get_running_loop().handle();
        let watch = Watch::start();
        let ask = move || {
            let (answer, answers) = mpsc::channel();
            for _ in 0..size.operations {
                let answer = answer.clone();
                handle.call_soon_threadsafe(move || answer.send(()).expect("a listener"))?;
                answers.recv()?;
            }
            asyncio::Ok(())
        };
        to_thread(ask).await?;
        Ok(watch.nanoseconds_each(size.operations))
    })
}
