//! Futures that another task sets, and those of another runtime.

use futures_channel::oneshot;
use tokio::sync::mpsc;

use super::run;
use crate::{
    measure::Watch,
    sizes::{self, Size},
};

pub(crate) fn futures(size: Size) -> f64 {
    run(async move |executor| {
        let watch = Watch::start();
        for number in 0..size.operations {
            let (setter, future) = oneshot::channel();
            let task = executor.spawn(async move { setter.send(number).expect("a receiver") });
            assert_eq!(future.await.expect("a number"), number);
            task.await;
        }
        watch.nanoseconds_each(size.operations)
    })
}

pub(crate) fn foreign(size: Size) -> f64 {
    run(async move |executor| {
        let watch = Watch::start();
        let (sender, mut receiver) = mpsc::channel(sizes::QUEUE);
        let producer = executor.spawn(async move {
            for number in 0..size.operations {
                sender.send(number).await.expect("a receiver");
            }
        });
        let mut sum = 0;
        while let Some(number) = receiver.recv().await {
            sum += u64::from(number);
        }
        producer.await;
        assert_eq!(sum, sizes::sum(size.operations));
        watch.nanoseconds_each(size.operations)
    })
}
