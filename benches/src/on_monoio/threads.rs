//! Items from another thread: the runtime itself takes tasks from its own thread only. A
//! task receives them, because the main future of `block_on` hears its own thread only.

use std::{sync::mpsc, thread};

use async_channel::unbounded;
use monoio::spawn;

use super::run;
use crate::{measure::Watch, sizes::Size};

pub(crate) fn throughput(size: Size) -> f64 {
    run(async move {
        let (sender, receiver) = unbounded();
        let watch = Watch::start();
        let poster = thread::spawn(move || {
            for number in 0..size.operations {
                sender.try_send(number).expect("a receiver");
            }
        });
        let counter = spawn(async move {
            let mut count = 0;
            while receiver.recv().await.is_ok() {
                count += 1;
            }
            count
        });
        assert_eq!(counter.await, size.operations);
        poster.join().expect("its end");
        watch.nanoseconds_each(size.operations)
    })
}

/// One item after the other, each with an answer to the thread that waits for it.
pub(crate) fn latency(size: Size) -> f64 {
    run(async move {
        let (sender, receiver) = unbounded();
        let (answer, answers) = mpsc::channel();
        let watch = Watch::start();
        let asker = thread::spawn(move || {
            for number in 0..size.operations {
                sender.try_send(number).expect("a receiver");
                answers.recv().expect("an answer");
            }
        });
        let answering = spawn(async move {
            while receiver.recv().await.is_ok() {
                answer.send(()).expect("a listener");
            }
        });
        answering.await;
        asker.join().expect("its end");
        watch.nanoseconds_each(size.operations)
    })
}
