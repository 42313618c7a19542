//! `BaseEventLoopTests`: what happens with exceptions that nobody else gets.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use asyncio::{
    EventLoop, ExceptionContext, Future, Result, ValueError, ZeroDivisionError, new_event_loop,
    sleep,
};

use crate::loops::{Log, run_once, zero_error};

/// An error that the default exception handler cannot show, and that counts how often it tried.
#[derive(Clone, Default)]
struct Unprintable {
    tried: Arc<AtomicU32>,
}

impl Unprintable {
    fn fail(&self) -> ! {
        self.tried.fetch_add(1, Ordering::Relaxed);
        panic!("spam")
    }
}

impl fmt::Debug for Unprintable {
    fn fmt(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fail()
    }
}

impl fmt::Display for Unprintable {
    fn fmt(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fail()
    }
}

impl std::error::Error for Unprintable {}

mod BaseEventLoopTests {
    use super::*;

    fn zero_error_of(future: &Future<bool>) -> impl FnOnce() -> Result<()> + use<> {
        let future = future.clone();
        move || {
            future.set_result(true)?;
            zero_error()
        }
    }

    /// Runs until `future` is set by a callback, and that has failed and was logged.
    fn assert_logs(log: &Log, loop_: &EventLoop, future: &Future<bool>) -> Result<()> {
        let stopper = loop_.clone();
        future.add_done_callback(move |_: &Future<bool>| stopper.stop());
        loop_.run_forever()?;
        let text = log.take_one();
        assert!(
            text.starts_with("Exception in callback BaseEventLoopTests.zero_error_of"),
            "{text}"
        );
        assert!(text.ends_with("ZeroDivisionError: division by zero"), "{text}");
        Ok(())
    }

    #[test]
    fn test_default_exc_handler_callback() -> Result<()> {
        let (log, loop_) = (Log::start(), EventLoop::with_virtual_clock());
        let future = loop_.create_future();
        loop_.call_soon(zero_error_of(&future));
        assert_logs(&log, &loop_, &future)?;
        let future = loop_.create_future();
        loop_.call_later(0.01, zero_error_of(&future));
        assert_logs(&log, &loop_, &future)?;
        loop_.close()
    }

    #[test]
    fn test_default_exc_handler_coro() -> Result<()> {
        async fn zero_error_coro() -> Result<()> {
            sleep(0.01).await?;
            zero_error()
        }

        let (log, loop_) = (Log::start(), EventLoop::with_virtual_clock());
        let task = loop_.create_task(zero_error_coro());
        let stopper = loop_.clone();
        task.add_done_callback(move |_: &asyncio::Task<()>| stopper.stop());
        loop_.run_forever()?;
        assert!(log.take().is_empty());
        drop(task);
        let text = log.take_one();
        assert!(text.contains("exception was never retrieved"), "{text}");
        assert!(text.ends_with("ZeroDivisionError: division by zero"), "{text}");
        loop_.close()
    }

    #[test]
    fn test_set_exc_handler_custom() -> Result<()> {
        let (log, loop_) = (Log::start(), new_event_loop());
        loop_.set_debug(true);
        let seen: Rc<RefCell<Vec<ExceptionContext>>> = Rc::default();
        let (noted, of_loop) = (Rc::clone(&seen), loop_.clone());
        assert!(loop_.get_exception_handler().is_none());
        loop_.set_exception_handler(move |loop_, context| {
            assert_eq!(*loop_, of_loop);
            noted.borrow_mut().push(context.clone());
        });
        assert!(loop_.get_exception_handler().is_some());

        let line = line!() + 1;
        let handle = loop_.call_soon(zero_error);
        run_once(&loop_)?;
        assert!(log.take().is_empty());
        let [context] = <[_; 1]>::try_from(seen.take()).expect("one context");
        assert_eq!(context.message, "Exception in callback zero_error()");
        assert!(context.exception.expect("it is there").is::<ZeroDivisionError>());
        assert_eq!(format!("{:?}", context.handle.expect("it is there")), format!("{handle:?}"));
        let place = context.source_traceback.expect("it is there");
        assert_eq!((place.file(), place.line()), (file!(), line));
        assert!(context.future.is_none() && context.task.is_none() && context.context.is_none());

        loop_.clear_exception_handler();
        assert!(loop_.get_exception_handler().is_none());
        loop_.call_soon(zero_error);
        run_once(&loop_)?;
        let text = log.take_one();
        assert!(text.starts_with("Exception in callback zero_error()"), "{text}");
        assert!(text.ends_with("ZeroDivisionError: division by zero"), "{text}");
        assert!(seen.take().is_empty());
        loop_.close()
    }

    #[test]
    fn test_set_exc_handler_broken() -> Result<()> {
        let (log, loop_) = (Log::start(), new_event_loop());
        loop_.set_exception_handler(|_, _| Err::<(), _>(ValueError("spam")));
        loop_.call_soon(zero_error);
        run_once(&loop_)?;
        let text = log.take_one();
        assert!(text.starts_with("Unhandled error in exception handler"), "{text}");
        assert!(text.ends_with("ValueError: spam"), "{text}");
        loop_.close()
    }
    /// CPython's test overrides the default handler; here it fails in what it has to show.
    #[test]
    fn test_default_exc_handler_broken() -> Result<()> {
        let (log, loop_) = (Log::start(), new_event_loop());
        let unprintable = Unprintable::default();
        let lose_one = || {
            let future: Future<()> = loop_.create_future();
            future.set_exception(unprintable.clone())
        };
        lose_one()?;
        let text = log.take_one();
        assert!(text.starts_with("Exception in default exception handler\n"), "{text}");
        assert_eq!(unprintable.tried.load(Ordering::Relaxed), 1);

        loop_.set_exception_handler(|_, _| Err::<(), _>(ValueError("ham")));
        lose_one()?;
        let text = log.take_one();
        let start = "Exception in default exception handler while handling an unexpected error in \
                     custom exception handler\n";
        assert!(text.starts_with(start), "{text}");
        // What the custom handler was given was to be shown, too.
        assert_eq!(unprintable.tried.load(Ordering::Relaxed), 2);
        loop_.close()
    }
}
