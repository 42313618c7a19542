//! Callbacks, each scheduled by the one before.

use crate::{
    measure::Watch,
    sizes::Size,
    sketch::{Future, call_soon, run},
};

fn countdown(left: u32, done: Future<()>) {
    if left == 0 {
        done.set_result(());
    } else {
        call_soon(move || countdown(left - 1, done));
    }
}

pub(crate) fn callbacks(size: Size) -> f64 {
    run(async move {
        let watch = Watch::start();
        let done = Future::new();
        countdown(size.operations, done.clone());
        done.wait().await;
        watch.nanoseconds_each(size.operations)
    })
}
