//! Items from another thread: the executor itself takes tasks from its own thread only.

use std::{sync::mpsc, thread};

use async_channel::unbounded;

use super::run;
use crate::{measure::Watch, sizes::Size};

pub(crate) fn throughput(size: Size) -> f64 {
    run(async move |_| {
        let (sender, receiver) = unbounded();
        let watch = Watch::start();
        let poster = thread::spawn(move || {
            for number in 0..size.operations {
                sender.try_send(number).expect("a receiver");
            }
        });
        let mut count = 0;
        while receiver.recv().await.is_ok() {
            count += 1;
        }
        poster.join().expect("its end");
        assert_eq!(count, size.operations);
        watch.nanoseconds_each(size.operations)
    })
}

/// One item after the other, each with an answer to the thread that waits for it.
pub(crate) fn latency(size: Size) -> f64 {
    run(async move |_| {
        let (sender, receiver) = unbounded();
        let (answer, answers) = mpsc::channel();
        let watch = Watch::start();
        let asker = thread::spawn(move || {
            for number in 0..size.operations {
                sender.try_send(number).expect("a receiver");
                answers.recv().expect("an answer");
            }
        });
        while receiver.recv().await.is_ok() {
            answer.send(()).expect("a listener");
        }
        asker.join().expect("its end");
        watch.nanoseconds_each(size.operations)
    })
}
