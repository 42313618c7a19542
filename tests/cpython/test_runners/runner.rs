//! `RunnerTests` without those of Ctrl-C.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::rc::Rc;

use asyncio::{
    ContextVar, EventLoop, Result, RunOptions, Runner, RuntimeError, copy_context, get_event_loop,
    new_event_loop, set_event_loop, sleep,
};

use super::is_debugged;
use crate::support::in_fresh_thread;

fn assert_closed<T>(outcome: Result<T>) {
    let error = outcome.err().expect("it is closed");
    assert!(error.is::<RuntimeError>());
    assert_eq!(error.to_string(), "Runner is closed");
}

mod RunnerTests {
    use super::*;

    #[test]
    fn test_non_debug() {
        let mut runner = Runner::with(RunOptions::new().debug(false));
        assert!(!runner.get_loop().unwrap().get_debug());
        assert!(!runner.run(is_debugged()).unwrap());
    }

    #[test]
    fn test_debug() {
        let mut runner = Runner::with(RunOptions::new().debug(true));
        assert!(runner.get_loop().unwrap().get_debug());
        assert!(runner.run(is_debugged()).unwrap());
    }

    thread_local! {
        static LOOP: RefCell<Option<EventLoop>> = const { RefCell::new(None) };
    }

    #[test]
    fn test_custom_factory() {
        let loop_ = new_event_loop();
        LOOP.set(Some(loop_.clone()));
        let factory = || LOOP.take().expect("it is asked for once");
        let mut runner = Runner::with(RunOptions::new().loop_factory(factory));
        assert_eq!(runner.get_loop().unwrap(), loop_);
    }

    #[test]
    fn test_run() {
        let mut runner = Runner::new();
        let coroutine = async {
            sleep(0).await?;
            asyncio::Ok("done")
        };
        assert_eq!(runner.run(coroutine).unwrap(), "done");
        let loop_ = runner.get_loop().unwrap();
        runner.close().unwrap();
        assert_closed(runner.get_loop());
        assert!(loop_.is_closed());
    }

    #[test]
    fn test_run_future() {
        let mut runner = Runner::new();
        let future = runner.get_loop().unwrap().create_future();
        future.set_result("done").unwrap();
        assert_eq!(runner.run(future).unwrap(), "done");
    }

    #[test]
    fn test_run_awaitable() {
        struct MyAwaitable;

        impl IntoFuture for MyAwaitable {
            type Output = Result<&'static str>;
            type IntoFuture = Pin<Box<dyn Future<Output = Self::Output>>>;

            fn into_future(self) -> Self::IntoFuture {
                Box::pin(async { asyncio::Ok("done") })
            }
        }

        assert_eq!(Runner::new().run(MyAwaitable).unwrap(), "done");
    }

    #[test]
    fn test_explicit_close() {
        let mut runner = Runner::new();
        let loop_ = runner.get_loop().unwrap();
        runner.close().unwrap();
        assert_closed(runner.get_loop());
        assert!(loop_.is_closed());
    }

    #[test]
    fn test_double_close() {
        let mut runner = Runner::new();
        let loop_ = runner.get_loop().unwrap();
        runner.close().unwrap();
        assert!(loop_.is_closed());
        runner.close().unwrap();
        assert!(loop_.is_closed());
    }

    #[test]
    fn test_second_with_block_raises() {
        async fn note(log: Rc<RefCell<Vec<i32>>>, number: i32) -> Result<()> {
            log.borrow_mut().push(number);
            Ok(())
        }

        let log = Rc::new(RefCell::new(Vec::new()));
        let mut runner = Runner::new();
        runner.run(note(Rc::clone(&log), 1)).unwrap();
        // What the end of the first block does.
        runner.close().unwrap();
        assert_closed(runner.run(note(Rc::clone(&log), 2)));
        assert_eq!(log.take(), [1]);
    }

    #[test]
    fn test_run_keeps_context() {
        static CVAR: ContextVar<i32> = ContextVar::with_default("cvar", -1);

        async fn swap(value: i32) -> Result<i32> {
            let old = CVAR.get()?;
            sleep(0).await?;
            CVAR.set(value);
            Ok(old)
        }

        let mut runner = Runner::new();
        assert_eq!(runner.run(swap(1)).unwrap(), -1);
        assert_eq!(runner.run(swap(2)).unwrap(), 1);
        let context = runner.run(async { asyncio::Ok(copy_context()) }).unwrap();
        assert_eq!(context.run(|| CVAR.get()).unwrap().unwrap(), 2);
    }

    #[test]
    fn test_recursive_run() {
        let started = Rc::new(Cell::new(false));
        let starts = Rc::clone(&started);
        // The runner itself is borrowed for the run: a second one is refused as it would be.
        let recursive = async move {
            Runner::new().run(async move {
                starts.set(true);
                asyncio::Ok(())
            })
        };
        let error = Runner::new().run(recursive).unwrap_err();
        assert!(error.is::<RuntimeError>());
        let text = "Runner.run() cannot be called from a running event loop";
        assert_eq!(error.to_string(), text);
        // Python warns that the inner coroutine was never awaited.
        assert!(!started.get());
    }

    #[test]
    fn test_signal_install_not_supported_ok() {
        // Only the main thread takes signals.
        in_fresh_thread(|| Runner::new().run(async { asyncio::Ok(()) }).unwrap());
    }

    #[test]
    fn test_set_event_loop_called_once() {
        in_fresh_thread(|| {
            let other = new_event_loop();
            let mut runner = Runner::new();
            runner.run(async { asyncio::Ok(()) }).unwrap();
            assert_eq!(get_event_loop(), runner.get_loop().unwrap());
            set_event_loop(Some(&other));
            runner.run(async { asyncio::Ok(()) }).unwrap();
            assert_eq!(get_event_loop(), other);
            runner.close().unwrap();
            other.close().unwrap();
        });
    }

    #[test]
    fn test_no_repr_is_call_on_the_task_result() {
        struct MyResult(Rc<Cell<u32>>);

        impl fmt::Debug for MyResult {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.set(self.0.get() + 1);
                f.write_str("MyResult")
            }
        }

        let result = Runner::new().run(async { asyncio::Ok(MyResult(Rc::default())) }).unwrap();
        assert_eq!(result.0.get(), 0);
    }
}
