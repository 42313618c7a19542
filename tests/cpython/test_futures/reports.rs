//! Reprs, and what is logged of a failure that nobody looks at.

use std::panic::Location;

use asyncio::{Error, Future, RuntimeError};

use super::{TestLoop, boom, raises};
use crate::support::logged;

fn fake(_: &Future<()>) {}

fn first_cb(_: &Future<()>) {}

fn last_cb(_: &Future<()>) {}

mod BaseFutureTests {
    use super::*;

    /// The line that calls this.
    #[track_caller]
    fn here() -> String {
        format!("created at {}:{}", file!(), Location::caller().line())
    }

    #[test]
    fn test_future_repr() {
        let loop_ = TestLoop::new();
        loop_.set_debug(true);
        let (pending_debug, place) = (loop_.create_future::<()>(), here());
        assert_eq!(format!("{pending_debug:?}"), format!("<Future pending {place}>"));
        pending_debug.cancel();

        loop_.set_debug(false);
        let pending = loop_.create_future::<()>();
        assert_eq!(format!("{pending:?}"), "<Future pending>");
        pending.cancel();

        let cancelled = loop_.create_future::<()>();
        cancelled.cancel();
        assert_eq!(format!("{cancelled:?}"), "<Future cancelled>");

        let result = loop_.create_future();
        result.set_result(4).unwrap();
        assert_eq!(format!("{result:?}"), "<Future finished result=4>");
        assert_eq!(result.result().unwrap(), 4);

        let (exception, error) = (loop_.create_future::<()>(), boom());
        exception.set_exception(error.clone()).unwrap();
        let repr = "<Future finished exception=RuntimeError('boom')>";
        assert_eq!(format!("{exception:?}"), repr);
        assert!(exception.exception().unwrap().unwrap().is_same(&error));

        let one = loop_.create_future();
        one.add_done_callback(fake);
        assert_eq!(format!("{one:?}"), "<Future pending cb=[fake()]>");
        one.cancel();
        assert_eq!(format!("{one:?}"), "<Future cancelled>");

        let two = loop_.create_future();
        two.add_done_callback(first_cb);
        two.add_done_callback(last_cb);
        assert_eq!(format!("{two:?}"), "<Future pending cb=[first_cb(), last_cb()]>");

        let many = loop_.create_future();
        many.add_done_callback(first_cb);
        for _ in 0..8 {
            many.add_done_callback(fake);
        }
        many.add_done_callback(last_cb);
        assert_eq!(format!("{many:?}"), "<Future pending cb=[first_cb(), <8 more>, last_cb()]>");
        many.cancel();
        assert_eq!(format!("{many:?}"), "<Future cancelled>");
    }

    #[test]
    fn test_future_source_traceback() {
        let loop_ = TestLoop::new();
        loop_.set_debug(true);
        let (future, place) = (loop_.create_future::<()>(), here());
        assert!(format!("{future:?}").contains(&place), "{future:?}");
    }

    /// What is logged when the last handle of a future goes.
    fn logged_of<T: 'static>(prepare: impl FnOnce(&Future<T>)) -> Vec<String> {
        logged(|| {
            let loop_ = TestLoop::new();
            prepare(&loop_.create_future());
            loop_.run_briefly();
        })
    }

    #[test]
    fn test_tb_logger_abandoned() {
        assert!(logged_of::<()>(|_| ()).is_empty());
    }

    #[test]
    fn test_tb_logger_not_called_after_cancel() {
        let messages = logged_of::<()>(|future| {
            future.set_exception(boom()).unwrap();
            future.cancel();
        });
        assert!(messages.is_empty(), "{messages:?}");
    }

    #[test]
    fn test_tb_logger_result_unretrieved() {
        assert!(logged_of(|future| future.set_result(42).unwrap()).is_empty());
    }

    #[test]
    fn test_tb_logger_result_retrieved() {
        let messages = logged_of(|future| {
            future.set_result(42).unwrap();
            assert_eq!(future.result().unwrap(), 42);
        });
        assert!(messages.is_empty(), "{messages:?}");
    }

    #[test]
    fn test_tb_logger_exception_unretrieved() {
        let messages = logged_of::<()>(|future| future.set_exception(boom()).unwrap());
        assert!(!messages.is_empty());
    }

    #[test]
    fn test_tb_logger_exception_retrieved() {
        let messages = logged_of::<()>(|future| {
            future.set_exception(boom()).unwrap();
            assert!(future.exception().unwrap().is_some());
        });
        assert!(messages.is_empty(), "{messages:?}");
    }

    #[test]
    fn test_tb_logger_exception_result_retrieved() {
        let messages = logged_of::<()>(|future| {
            future.set_exception(boom()).unwrap();
            assert!(raises::<RuntimeError, _>(future.result()));
        });
        assert!(messages.is_empty(), "{messages:?}");
    }

    fn check_exception_never_retrieved(debug: bool) {
        let error: Error = std::io::Error::from(std::io::ErrorKind::OutOfMemory).into();
        let messages = logged_of::<()>(|future| {
            future.get_loop().set_debug(debug);
            future.set_exception(error.clone()).unwrap();
        });
        let [message] = &messages[..] else { panic!("{messages:?}") };
        assert!(message.starts_with("Future exception was never retrieved\n"), "{message}");
        assert!(message.ends_with(error.format_exception().trim_end()), "{message}");
    }

    #[test]
    fn test_future_exception_never_retrieved() {
        check_exception_never_retrieved(false);
    }

    #[test]
    fn test_future_exception_never_retrieved_debug() {
        check_exception_never_retrieved(true);
    }
}
