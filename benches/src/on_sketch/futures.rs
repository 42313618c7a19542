//! Futures that another task sets.

use crate::{
    measure::Watch,
    sizes::Size,
    sketch::{Future, create_task, run},
};

pub(crate) fn futures(size: Size) -> f64 {
    run(async move {
        let watch = Watch::start();
        for number in 0..size.operations {
            let future = Future::new();
            let setter = future.clone();
            let task = create_task(async move { setter.set_result(number) });
            assert_eq!(future.wait().await, number);
            task.wait().await;
        }
        watch.nanoseconds_each(size.operations)
    })
}
