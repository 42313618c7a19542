//! Futures of threads, and the state that is copied from them.

use std::thread::{self, ThreadId};

use asyncio::concurrent::{self, ThreadPoolExecutor, ThreadPoolOptions};
use asyncio::{
    Error, Future, InvalidStateError, Result, RuntimeError, ValueError, isfuture, new_event_loop,
    set_event_loop, wrap_future, wrap_future_with,
};

use super::{TestLoop, boom, raises};
use crate::support::{in_fresh_thread, panic_text};

/// What a future of the loop becomes that is made of this one.
fn copy_state<T: Send + 'static>(loop_: &TestLoop, source: &concurrent::Future<T>) -> Future<T> {
    let copy = wrap_future_with(source.clone(), loop_);
    loop_.run_briefly();
    copy
}

fn finished<T: 'static>(value: T) -> concurrent::Future<T> {
    let future = concurrent::Future::new();
    future.set_result(value).unwrap();
    future
}

fn failed(error: Error) -> concurrent::Future<()> {
    let future = concurrent::Future::new();
    future.set_exception(error).unwrap();
    future
}

fn cancelled() -> concurrent::Future<()> {
    let future = concurrent::Future::new();
    assert!(future.cancel());
    future
}

/// A pool with one thread, and what that says of itself.
fn submit() -> (ThreadPoolExecutor, concurrent::Future<(&'static str, ThreadId)>) {
    let pool = ThreadPoolExecutor::with(ThreadPoolOptions::new().max_workers(1));
    let future = pool.submit(|| asyncio::Ok(("oi", thread::current().id()))).unwrap();
    (pool, future)
}

fn shutdown(pool: &ThreadPoolExecutor) {
    pool.shutdown(true, false).unwrap();
}

mod BaseFutureTests {
    use super::*;

    #[test]
    fn test_copy_state() {
        let loop_ = TestLoop::new();
        let copy = copy_state(&loop_, &finished(10));
        assert!(copy.done());
        assert_eq!(copy.result().unwrap(), 10);

        let copy = copy_state(&loop_, &failed(boom()));
        assert!(copy.done());
        assert!(raises::<RuntimeError, _>(copy.result()));

        assert!(copy_state(&loop_, &cancelled()).cancelled());

        let copy = copy_state(&loop_, &failed(concurrent::InvalidStateError("")));
        assert!(copy.done());
        let error = copy.result().unwrap_err();
        // It stands in the place of the other one, and not below it.
        assert_eq!(error.format_exception().matches("InvalidStateError").count(), 1);
    }

    #[test]
    fn test_copy_state_from_concurrent_futures() {
        let loop_ = TestLoop::new();
        let copy = copy_state(&loop_, &finished(42));
        assert!(copy.done());
        assert_eq!(copy.result().unwrap(), 42);

        let copy = copy_state(&loop_, &failed(ValueError("test exception")));
        assert!(copy.done());
        let error = copy.result().unwrap_err();
        assert!(error.is::<ValueError>());
        assert_eq!(error.to_string(), "test exception");

        assert!(copy_state(&loop_, &cancelled()).cancelled());

        // What was cancelled before stays so.
        let source = concurrent::Future::new();
        let copy = wrap_future_with(source.clone(), &loop_);
        copy.cancel();
        source.set_result(10).unwrap();
        loop_.run_briefly();
        assert!(copy.cancelled());

        let copy = copy_state(&loop_, &failed(concurrent::InvalidStateError("invalid")));
        assert!(copy.done());
        let error = copy.result().unwrap_err();
        assert!(error.is::<InvalidStateError>());
        assert_eq!(error.to_string(), "invalid");
    }

    #[test]
    fn test_wrap_future() {
        let loop_ = TestLoop::new();
        let (pool, source) = submit();
        let future = wrap_future_with(source, &loop_);
        assert!(isfuture(&future));
        let (text, thread) = loop_.run_until_complete(future).unwrap();
        assert_eq!(text, "oi");
        assert_ne!(thread, thread::current().id());
        shutdown(&pool);
    }

    #[test]
    fn test_wrap_future_without_loop() {
        in_fresh_thread(|| {
            let (pool, source) = submit();
            assert!(panic_text(|| wrap_future(source)).contains("no current event loop"));
            shutdown(&pool);
        });
    }

    #[test]
    fn test_wrap_future_use_running_loop() -> Result<()> {
        let loop_ = TestLoop::new();
        let (pool, source) = submit();
        let future = loop_.run_until_complete(async { asyncio::Ok(wrap_future(source)) })?;
        assert_eq!(future.get_loop(), *loop_);
        shutdown(&pool);
        Ok(())
    }

    #[test]
    fn test_wrap_future_use_global_loop() {
        in_fresh_thread(|| {
            let loop_ = new_event_loop();
            set_event_loop(Some(&loop_));
            let (pool, source) = submit();
            assert_eq!(wrap_future(source).get_loop(), loop_);
            shutdown(&pool);
            set_event_loop(None);
            loop_.close().unwrap();
        });
    }

    #[test]
    fn test_wrap_future_cancel() {
        let loop_ = TestLoop::new();
        let source = concurrent::Future::<()>::new();
        let future = wrap_future_with(source.clone(), &loop_);
        future.cancel();
        loop_.run_briefly();
        assert!(source.cancelled() && future.cancelled());
    }

    #[test]
    fn test_wrap_future_cancel2() {
        let loop_ = TestLoop::new();
        let source = concurrent::Future::new();
        let future = wrap_future_with(source.clone(), &loop_);
        source.set_result(42).unwrap();
        future.cancel();
        loop_.run_briefly();
        assert!(!source.cancelled());
        assert_eq!(source.result(None).unwrap(), 42);
        assert!(future.cancelled());
    }
}
