//! Panics in the wakers of others, which are called where a future of ours ends.

use std::cell::Cell;
use std::future::Future as StdFuture;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Wake, Waker};

use asyncio::{Future, Result, Task};

use crate::scene::{Scene, panics};

/// Panics when it wakes, or when it is dropped.
struct Alarm {
    in_wake: bool,
    in_drop: bool,
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        assert!(!self.in_wake, "boom");
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        assert!(!self.in_drop || std::thread::panicking(), "boom");
    }
}

/// Polls a handle of `future` once, from outside of any task, with a waker of that kind.
#[must_use = "a handle that is gone waits for nothing"]
fn register<T: 'static>(future: &Future<T>, alarm: Alarm) -> Future<T> {
    let waker = Waker::from(Arc::new(alarm));
    let mut handle = future.clone();
    assert!(Pin::new(&mut handle).poll(&mut Context::from_waker(&waker)).is_pending());
    // What is registered is a clone: this one is not the last, and goes in silence.
    handle
}

const WAKING: Alarm = Alarm { in_wake: true, in_drop: false };
const DROPPING: Alarm = Alarm { in_wake: false, in_drop: true };
const REPORT: &str = "Exception in a waker: PanicError('boom')";

/// Ways in which a future ends.
const ENDS: [fn(&Future<u8>); 3] = [
    |future| future.set_result(1).unwrap(),
    |future| {
        future.set_exception(asyncio::ValueError("Oops!")).unwrap();
        let _ = future.exception();
    },
    |future| assert!(future.cancel()),
];

#[test]
fn those_behind_it_are_told_all_the_same() {
    for end in ENDS {
        let scene = Scene::new();
        let calls = Rc::new(Cell::new(0));
        let call = || {
            let calls = Rc::clone(&calls);
            move |_: &Future<u8>| calls.update(|calls| calls + 1)
        };
        let future: Future<u8> = scene.loop_.create_future();
        future.add_done_callback(call());
        let registered = register(&future, WAKING);
        future.add_done_callback(call());
        let waiting = future.clone();
        let task = scene.loop_.create_task(asyncio::wrap(async move { drop(waiting.await) }));
        scene.run_briefly();
        end(&future);
        scene.run_briefly();
        assert_eq!(calls.get(), 2);
        assert!(task.done());
        drop(registered);
        scene.expect([REPORT]);
        scene.goes_on();
    }
}

#[test]
fn a_tasks_end_is_its_end() -> Result<()> {
    let scene = Scene::new();
    let guard = scene.alive.guard();
    let task: Task<u8> = scene.loop_.create_task(async move {
        let _guard = guard;
        asyncio::sleep_with(1, 7).await
    });
    let registered = register(&task, WAKING);
    scene.run_briefly();
    scene.run_briefly();
    assert_eq!(registered.take_result()?, 7);
    scene.expect([REPORT]);
    scene.goes_on();
    Ok(())
}

#[test]
fn a_waker_is_dropped_when_it_has_woken() {
    for end in ENDS {
        let scene = Scene::new();
        let future: Future<u8> = scene.loop_.create_future();
        let registered = register(&future, DROPPING);
        end(&future);
        scene.expect([REPORT]);
        drop(registered);
        scene.goes_on();
    }
}

#[test]
fn a_handle_that_is_gone_leaves_no_waker_behind() {
    let scene = Scene::new();
    let future: Future<u8> = scene.loop_.create_future();
    let registered = register(&future, WAKING);
    assert_eq!(format!("{future:?}"), "<Future pending cb=[<waker>]>");
    drop(registered);
    assert_eq!(format!("{future:?}"), "<Future pending>");
    let registered = register(&future, DROPPING);
    assert!(panics(move || drop(registered)));
    assert_eq!(format!("{future:?}"), "<Future pending>");
    future.set_result(1).unwrap();
    scene.goes_on();
}
