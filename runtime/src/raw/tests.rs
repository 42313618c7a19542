//! What only a waker made by hand can do: run code when it is cloned.
#![expect(unsafe_code, reason = "a RawWaker cannot be built without")]

use std::cell::{Cell, RefCell};
use std::future::Future as _;
use std::pin::Pin;
use std::ptr;
use std::task::{Context, RawWaker, RawWakerVTable, Waker};

use crate::{EventLoop, Future, Result};

thread_local! {
    /// What the next clone ends.
    static FUTURE: RefCell<Option<Future<u8>>> = const { RefCell::new(None) };
    static WAKES: Cell<usize> = const { Cell::new(0) };
}

static ENDS_IT: RawWakerVTable = RawWakerVTable::new(clone, wake, wake, |_| {});

fn clone(data: *const ()) -> RawWaker {
    if let Some(future) = FUTURE.take() {
        future.set_result(1).expect("it is pending");
    }
    RawWaker::new(data, &ENDS_IT)
}

fn wake(_: *const ()) {
    WAKES.set(WAKES.get() + 1);
}

#[test]
fn a_future_that_is_ended_while_its_waker_is_cloned() -> Result<()> {
    let loop_ = EventLoop::with_virtual_clock();
    let future = loop_.create_future();
    FUTURE.set(Some(future.clone()));
    // SAFETY: its functions use no data, and any thread may call them.
    let waker = unsafe { Waker::from_raw(RawWaker::new(ptr::null(), &ENDS_IT)) };
    let mut handle = future.clone();
    assert!(Pin::new(&mut handle).poll(&mut Context::from_waker(&waker)).is_pending());
    assert!(future.done());
    assert_eq!(WAKES.get(), 1, "nobody else would have it polled again");
    drop((future, handle));
    loop_.close()
}
