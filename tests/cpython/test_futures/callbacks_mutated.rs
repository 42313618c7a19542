//! Callbacks that are added and removed while callbacks are removed, called or scheduled.
//!
//! Python's tests let `__eq__` do it, which `remove_done_callback` calls. Here that compares ids,
//! and what runs of others is `Drop`, of whatever a removed callback has captured.

use std::cell::{Cell, RefCell};
use std::future::{Future as _, IntoFuture as _};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Wake, Waker};

use asyncio::{CallbackId, Future};

use super::TestLoop;

/// Does something when it is dropped.
struct OnDrop<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

thread_local! {
    static CALLED: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
}

fn note(text: &'static str) {
    CALLED.with_borrow_mut(|called| called.push(text));
}

fn plain(_: &Future<i32>) {
    note("plain");
}

fn padding(_: &Future<i32>) {
    note("padding");
}

/// A future with a callback in front of many others, and the id of those.
fn padded(loop_: &TestLoop) -> (Future<i32>, CallbackId) {
    let future = loop_.create_future();
    future.add_done_callback(plain);
    let ids: Vec<_> = (0..63).map(|_| future.add_done_callback(padding)).collect();
    (future, ids[0])
}

/// Adds a callback that is not called, and whose end does something.
fn add_evil(future: &Future<i32>, evil: impl FnMut() + 'static) -> CallbackId {
    let evil = OnDrop(evil);
    future.add_done_callback(move |_| {
        let _kept = &evil;
        note("evil");
    })
}

/// What is called when the future ends now.
fn called_at_the_end(loop_: &TestLoop, future: &Future<i32>) -> Vec<&'static str> {
    future.set_result(1).unwrap();
    loop_.run_briefly();
    CALLED.take()
}

mod BaseFutureDoneCallbackTests {
    use super::*;

    #[test]
    fn test_remove_done_callbacks_list_mutation() {
        let loop_ = TestLoop::new();
        let (future, padding) = padded(&loop_);
        let removed = Rc::new(Cell::new(0));
        let (mutated, counts) = (future.clone(), Rc::clone(&removed));
        let evil = add_evil(&future, move || counts.set(mutated.remove_done_callback(padding)));
        assert_eq!(future.remove_done_callback(evil), 1);
        assert_eq!(removed.get(), 63);
        assert_eq!(called_at_the_end(&loop_, &future), ["plain"]);
    }

    #[test]
    fn test_remove_done_callbacks_list_clear() {
        let loop_ = TestLoop::new();
        let (future, padding) = padded(&loop_);
        let plain = future.add_done_callback(plain);
        let mutated = future.clone();
        let evil = add_evil(&future, move || {
            assert_eq!(mutated.remove_done_callback(plain), 2);
            assert_eq!(mutated.remove_done_callback(padding), 63);
        });
        assert_eq!(future.remove_done_callback(evil), 1);
        assert!(called_at_the_end(&loop_, &future).is_empty());
    }

    #[test]
    fn test_schedule_callbacks_list_mutation_1() {
        let loop_ = TestLoop::new();
        let future = loop_.create_future();
        let id = future.add_done_callback(plain);
        future.remove_done_callback(id);
        future.add_done_callback(move |future: &Future<i32>| {
            note("mutates");
            // They are scheduled by now.
            assert_eq!(future.remove_done_callback(id), 0);
        });
        future.add_done_callback(plain);
        future.add_done_callback(plain);
        assert_eq!(called_at_the_end(&loop_, &future), ["mutates", "plain", "plain"]);
    }

    #[test]
    fn test_schedule_callbacks_list_mutation_2() {
        let loop_ = TestLoop::new();
        let (future, removed) = padded(&loop_);
        let mutated = future.clone();
        let evil = add_evil(&future, move || {
            for _ in 0..100 {
                mutated.add_done_callback(plain);
            }
        });
        assert_eq!(future.remove_done_callback(evil), 1);
        assert_eq!(future.remove_done_callback(removed), 63);
        assert_eq!(called_at_the_end(&loop_, &future), ["plain"; 101]);
    }

    #[test]
    fn test_evil_call_soon_list_mutation() {
        thread_local! {
            static MUTATE: RefCell<Option<Box<dyn Fn()>>> = const { RefCell::new(None) };
        }

        /// What a future calls while it schedules its callbacks.
        struct Evil;

        impl Wake for Evil {
            fn wake(self: Arc<Self>) {
                MUTATE.with_borrow(|mutate| mutate.as_ref().expect("it was set")());
            }
        }

        let loop_ = TestLoop::new();
        let future = loop_.create_future();
        let plain = future.add_done_callback(plain);
        let mut awaited = (&future).into_future();
        let waker = Waker::from(Arc::new(Evil));
        let polled = Pin::new(&mut awaited).poll(&mut Context::from_waker(&waker));
        assert!(polled.is_pending());
        let padding = future.add_done_callback(padding);
        let mutated = future.clone();
        MUTATE.set(Some(Box::new(move || {
            assert_eq!(mutated.remove_done_callback(plain), 0);
            assert_eq!(mutated.remove_done_callback(padding), 0);
            // A panic in a waker would only be reported.
            note("woken");
        })));
        assert_eq!(called_at_the_end(&loop_, &future), ["woken", "plain", "padding"]);
        assert_eq!(format!("{future:?}"), "<Future finished result=1>");
        MUTATE.take();
    }

    #[test]
    fn test_use_after_free_on_fut_callback_0_with_evil__eq__() {
        let loop_ = TestLoop::new();
        let future = loop_.create_future();
        let own = Rc::new(Cell::new(None));
        let (mutated, removes) = (future.clone(), Rc::clone(&own));
        let evil = add_evil(&future, move || {
            let own = removes.get().expect("it was set");
            assert_eq!(mutated.remove_done_callback(own), 0);
        });
        own.set(Some(evil));
        assert_eq!(future.remove_done_callback(evil), 1);
        assert!(called_at_the_end(&loop_, &future).is_empty());
    }
}
