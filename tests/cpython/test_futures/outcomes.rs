//! Results, exceptions and cancellations, and how they are awaited.

use std::cell::RefCell;
use std::future::{Future as _, IntoFuture as _};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use asyncio::{
    CancelledError, Result, RuntimeError, StopIteration, Task, create_task, get_running_loop,
    isfuture, sleep,
};

use super::{TestLoop, boom, is_cancelled, is_invalid, raises};
use crate::support::logged;

mod BaseFutureTests {
    use super::*;

    #[test]
    fn test_isfuture() {
        let loop_ = TestLoop::new();
        let future = loop_.create_future::<i32>();
        assert!(isfuture(&future) && isfuture(&&future));
        assert!(!isfuture(&async { asyncio::Ok(1) }));
        // One of another crate's, or of the standard library's, is none of ours.
        assert!(!isfuture(&std::future::ready(asyncio::Ok(1))));
        future.cancel();
        assert!(isfuture(&future));
    }

    #[test]
    fn test_initial_state() {
        let loop_ = TestLoop::new();
        let future = loop_.create_future::<()>();
        assert!(!future.cancelled() && !future.done());
        future.cancel();
        assert!(future.cancelled());
    }

    #[test]
    fn test_future_cancel_message_getter() {
        let loop_ = TestLoop::new();
        let without = loop_.create_future::<()>();
        without.cancel();
        assert_eq!(format!("{:?}", without.result().unwrap_err()), "CancelledError()");

        let future = loop_.create_future::<()>();
        future.cancel_with("my message");
        let error = loop_.run_until_complete(&future).unwrap_err();
        assert!(error.is::<CancelledError>());
        assert_eq!(error.to_string(), "my message");
        // It is kept for whoever asks next.
        assert_eq!(future.result().unwrap_err().to_string(), "my message");
    }

    #[test]
    fn test_cancel() {
        let loop_ = TestLoop::new();
        let future = loop_.create_future::<()>();
        assert!(future.cancel());
        assert!(future.cancelled() && future.done());
        assert!(is_cancelled(future.result()) && is_cancelled(future.exception()));
        assert!(is_invalid(future.set_result(())) && is_invalid(future.set_exception(boom())));
        assert!(!future.cancel());
    }

    #[test]
    fn test_result() {
        let loop_ = TestLoop::new();
        let future = loop_.create_future();
        assert!(is_invalid(future.result()));

        future.set_result(42).unwrap();
        assert!(!future.cancelled() && future.done());
        assert_eq!(future.result().unwrap(), 42);
        assert!(future.exception().unwrap().is_none());
        assert!(is_invalid(future.set_result(43)) && is_invalid(future.set_exception(boom())));
        assert!(!future.cancel());
        assert_eq!(future.result().unwrap(), 42);
    }

    #[test]
    fn test_exception() {
        let loop_ = TestLoop::new();
        let (future, error) = (loop_.create_future::<()>(), boom());
        assert!(is_invalid(future.exception()));

        future.set_exception(error.clone()).unwrap();
        assert!(!future.cancelled() && future.done());
        assert!(raises::<RuntimeError, _>(future.result()));
        assert!(future.exception().unwrap().unwrap().is_same(&error));
        assert!(is_invalid(future.set_result(())) && is_invalid(future.set_exception(boom())));
        assert!(!future.cancel());
    }

    #[test]
    fn test_stop_iteration_exception() {
        let loop_ = TestLoop::new();
        let future = loop_.create_future::<()>();
        future.set_exception(StopIteration("")).unwrap();
        assert!(!future.cancelled() && future.done());
        assert!(raises::<RuntimeError, _>(future.result()));
        let error = future.exception().unwrap().unwrap();
        assert!(error.is::<RuntimeError>());
        let text = error.to_string();
        assert!(text.starts_with("StopIteration ") && text.contains(" cannot be raised"), "{text}");
        assert!(error.cause().is_some_and(|cause| cause.is::<StopIteration>()));
    }

    /// Says how far a coroutine is by now that stops where it cannot go on.
    fn step<F: std::future::Future<Output = Result<()>>>(coroutine: Pin<&mut F>) -> Poll<()> {
        coroutine.poll(&mut Context::from_waker(Waker::noop())).map(Result::unwrap)
    }

    #[test]
    fn test_yield_from_twice() {
        let loop_ = TestLoop::new();
        let future = loop_.create_future();
        let log = RefCell::new(Vec::new());
        let mut coroutine = pin!(async {
            log.borrow_mut().push(("A", 0));
            let x = (&future).await?;
            log.borrow_mut().push(("B", x));
            let y = (&future).await?;
            log.borrow_mut().push(("C", y));
            asyncio::Ok(())
        });
        assert!(step(coroutine.as_mut()).is_pending());
        assert_eq!(*log.borrow(), [("A", 0)]);
        future.set_result(42).unwrap();
        // The second await does not suspend.
        assert!(step(coroutine).is_ready());
        assert_eq!(*log.borrow(), [("A", 0), ("B", 42), ("C", 42)]);
    }

    #[test]
    fn test_set_result_unless_cancelled() {
        let messages = logged(|| {
            let loop_ = TestLoop::new();
            let outcome = loop_.run_until_complete(async {
                let slot = Rc::new(RefCell::new(None));
                let cancels = Rc::clone(&slot);
                // Comes right before the timer of the sleep, in the same iteration.
                get_running_loop().call_at(1.0, move || {
                    let task: Task<()> = cancels.take().expect("it was set");
                    assert!(task.cancel());
                });
                let task = create_task(sleep(1));
                slot.replace(Some(task.clone()));
                task.await
            });
            assert!(is_cancelled(outcome));
        });
        assert!(messages.is_empty(), "{messages:?}");
    }

    #[test]
    fn test_future_stop_iteration_args() {
        let loop_ = TestLoop::new();
        let future = loop_.create_future();
        future.set_result((1, 2)).unwrap();
        let mut awaited = (&future).into_future();
        let polled = Pin::new(&mut awaited).poll(&mut Context::from_waker(Waker::noop()));
        let Poll::Ready(result) = polled else { panic!("it is done") };
        assert_eq!(result.unwrap(), (1, 2));
    }

    #[test]
    fn test_future_del_collect() {
        /// Makes and drops futures itself when it is dropped.
        struct Evil(Rc<TestLoop>, u32);

        impl Drop for Evil {
            fn drop(&mut self) {
                if self.1 > 0 {
                    let future = self.0.create_future();
                    future.set_result(Self(Rc::clone(&self.0), self.1 - 1)).unwrap();
                }
            }
        }

        let loop_ = Rc::new(TestLoop::new());
        for _ in 0..100 {
            let future = loop_.create_future();
            future.set_result(Evil(Rc::clone(&loop_), 3)).unwrap();
        }
        assert_eq!(Rc::strong_count(&loop_), 1);
    }
}
