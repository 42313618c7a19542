//! Futures that another task sets.

use tokio::sync::oneshot;

use super::Flavor;
use crate::{measure::Watch, sizes::Size};

pub(crate) fn futures<F: Flavor>(size: Size) -> f64 {
    F::run(async move {
        let watch = Watch::start();
        for number in 0..size.operations {
            let (setter, future) = oneshot::channel();
            let task = F::spawn(async move { setter.send(number).expect("a receiver") });
            assert_eq!(future.await.expect("a number"), number);
            task.await.expect("its end");
        }
        watch.nanoseconds_each(size.operations)
    })
}
