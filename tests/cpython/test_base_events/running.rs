//! `BaseEventLoopTests`: how a loop is run, stopped and closed, and its debug mode.

use std::cell::Cell;
use std::env;
use std::process::Command;
use std::rc::Rc;

use asyncio::{
    EventLoop, Future, KeyboardInterrupt, Result, RuntimeError, SystemExit, ValueError,
    new_event_loop, sleep,
};

use crate::loops::{Log, iterations, raised, run_once};

mod BaseEventLoopTests {
    use super::*;

    #[test]
    fn test_close() -> Result<()> {
        let loop_ = new_event_loop();
        assert!(!loop_.is_closed());
        for _ in 0..3 {
            loop_.close()?;
            assert!(loop_.is_closed());
        }
        let future: Future<()> = loop_.create_future();
        assert!(raised(|| loop_.run_forever()).is::<RuntimeError>());
        assert!(raised(|| loop_.run_until_complete(future)).is::<RuntimeError>());
        Ok(())
    }

    #[test]
    fn test_set_debug() -> Result<()> {
        let loop_ = new_event_loop();
        for debug in [true, false] {
            loop_.set_debug(debug);
            assert_eq!(loop_.get_debug(), debug);
        }
        loop_.close()
    }

    /// The variable has a name of its own here, and there are no `-E` and `-X dev`.
    #[test]
    fn test_env_var_debug() {
        const CHILD: &str = "EXPECTED_DEBUG_MODE";
        if let Some(expected) = env::var_os(CHILD) {
            assert_eq!(new_event_loop().get_debug(), expected == "true");
            return;
        }
        let test = "test_base_events::running::BaseEventLoopTests::test_env_var_debug";
        for (value, expected) in [(None, false), (Some(""), false), (Some("1"), true)] {
            let mut child = Command::new(env::current_exe().expect("the test's own program"));
            child.args(["--exact", test]).env(CHILD, expected.to_string());
            match value {
                Some(value) => child.env("ASYNCIO_DEBUG", value),
                None => child.env_remove("ASYNCIO_DEBUG"),
            };
            let output = child.output().expect("it runs");
            let text = String::from_utf8_lossy(&output.stdout);
            assert!(output.status.success() && text.contains("1 passed"), "{value:?}: {text}");
        }
    }

    #[test]
    fn test_run_until_complete_loop() -> Result<()> {
        let (loop_, other) = (new_event_loop(), new_event_loop());
        let future: Future<()> = loop_.create_future();
        assert!(raised(|| other.run_until_complete(future)).is::<ValueError>());
        other.close()?;
        loop_.close()
    }

    #[test]
    fn test_run_until_complete_loop_orphan_future_close_loop() -> Result<()> {
        let loop_ = EventLoop::with_virtual_clock();
        loop_.call_soon(|| Err::<(), _>(SystemExit(1)));
        assert!(raised(|| loop_.run_until_complete(sleep(0.1))).is::<SystemExit>());
        // The end of the first sleep, which is over before, does not stop the loop any more.
        loop_.run_until_complete(sleep(0.2))?;
        assert_eq!(loop_.time(), 0.2);
        loop_.close()
    }

    #[test]
    fn test_run_forever_keyboard_interrupt() -> Result<()> {
        let (log, loop_) = (Log::start(), new_event_loop());
        let reports = Rc::new(Cell::new(0));
        let counted = Rc::clone(&reports);
        loop_.set_exception_handler(move |_, _| counted.update(|reports| reports + 1));
        let main = async { Err::<(), _>(KeyboardInterrupt()) };
        assert!(raised(|| loop_.run_until_complete(main)).is::<KeyboardInterrupt>());
        loop_.close()?;
        drop(loop_);
        assert_eq!(reports.get(), 0);
        assert!(log.take().is_empty());
        Ok(())
    }

    #[test]
    fn test_run_until_complete_baseexception() -> Result<()> {
        let loop_ = new_event_loop();
        let main = async { Err::<(), _>(KeyboardInterrupt()) };
        assert!(raised(|| loop_.run_until_complete(main)).is::<KeyboardInterrupt>());
        // A call of `stop` that was left over would end the loop an iteration too early.
        let called = Rc::new(Cell::new(false));
        let (noted, own, stopper) = (Rc::clone(&called), loop_.clone(), loop_.clone());
        loop_.call_soon(move || {
            own.call_soon(move || {
                stopper.stop();
                noted.set(true);
            });
        });
        loop_.run_forever()?;
        assert!(called.get());
        loop_.close()
    }

    #[test]
    fn test_run_once() -> Result<()> {
        let loop_ = new_event_loop();
        let count = Rc::new(Cell::new(0));
        let counted = Rc::clone(&count);
        loop_.call_soon(move || counted.update(|count| count + 1));
        run_once(&loop_)?;
        assert_eq!(count.get(), 1);
        loop_.close()
    }

    #[test]
    fn test_run_forever_pre_stopped() -> Result<()> {
        let loop_ = EventLoop::with_virtual_clock();
        // Something to sleep for, and no sleep.
        loop_.call_later(10, || {});
        loop_.stop();
        assert_eq!(iterations(&loop_, || loop_.run_forever())?, 1);
        assert_eq!(loop_.time(), 0.0);
        loop_.close()
    }
}
