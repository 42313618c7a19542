//! Futures that another task sets, and those of another runtime.

use asyncio::{create_task, get_running_loop};
use tokio::sync::mpsc;

use super::measured;
use crate::{
    measure::Watch,
    sizes::{self, Size},
};

pub(crate) fn futures(size: Size) -> f64 {
    measured(async move {
        let loop_ = get_running_loop();
        let watch = Watch::start();
        for number in 0..size.operations {
            let future = loop_.create_future();
            let setter = future.clone();
            let task = create_task(async move { setter.set_result(number) });
            assert_eq!(future.await?, number);
            task.await?;
        }
        Ok(watch.nanoseconds_each(size.operations))
    })
}

/// A channel of tokio, which knows a task by its waker alone.
pub(crate) fn foreign(size: Size) -> f64 {
    measured(async move {
        let watch = Watch::start();
        let (sender, mut receiver) = mpsc::channel(sizes::QUEUE);
        let producer = create_task(async move {
            for number in 0..size.operations {
                sender.send(number).await?;
            }
            asyncio::Ok(())
        });
        let mut sum = 0;
        while let Some(number) = receiver.recv().await {
            sum += u64::from(number);
        }
        producer.await?;
        assert_eq!(sum, sizes::sum(size.operations));
        Ok(watch.nanoseconds_each(size.operations))
    })
}
