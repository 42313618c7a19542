//! `EventLoopTestsMixin`: what a loop runs on its own thread, and its end.

use std::cell::RefCell;
use std::rc::Rc;

use asyncio::{EventLoop, Future, Result, RuntimeError, new_event_loop, sleep};

use crate::loops::{iterations, raised};

mod EventLoopTestsMixin {
    use super::*;

    #[test]
    fn test_run_until_complete_nesting() -> Result<()> {
        let (held, loop_) = (Rc::new(()), new_event_loop());
        let (probe, own) = (Rc::downgrade(&held), loop_.clone());
        let started = Rc::new(RefCell::new(false));
        let noted = Rc::clone(&started);
        let inner = async move {
            noted.replace(true);
            drop(held);
            sleep(0).await
        };
        let outer = async move {
            assert!(own.is_running());
            own.run_until_complete(inner)
        };
        let error = raised(|| loop_.run_until_complete(outer));
        assert!(error.is::<RuntimeError>(), "{error:?}");
        // The coroutine was never awaited, and is dropped.
        assert!(!started.take());
        assert_eq!(probe.strong_count(), 0);
        loop_.close()
    }

    #[test]
    fn test_run_until_complete() -> Result<()> {
        let loop_ = EventLoop::with_virtual_clock();
        let started = loop_.time();
        loop_.run_until_complete(sleep(0.1))?;
        assert!(loop_.time() - started >= 0.1);
        loop_.close()
    }

    #[test]
    fn test_run_until_complete_stopped() -> Result<()> {
        let loop_ = EventLoop::with_virtual_clock();
        let own = loop_.clone();
        let stopping = async move {
            own.stop();
            sleep(0.1).await
        };
        let error = raised(|| loop_.run_until_complete(stopping));
        assert!(error.is::<RuntimeError>(), "{error:?}");
        loop_.close()
    }

    #[test]
    fn test_call_later() -> Result<()> {
        let loop_ = EventLoop::with_virtual_clock();
        let results = Rc::new(RefCell::new(Vec::new()));
        let (results_of, stopper) = (Rc::clone(&results), loop_.clone());
        loop_.call_later(0.1, move || {
            results_of.borrow_mut().push("hello world");
            stopper.stop();
        });
        loop_.run_forever()?;
        assert_eq!(results.take(), ["hello world"]);
        loop_.close()
    }

    #[test]
    fn test_call_soon() -> Result<()> {
        let loop_ = new_event_loop();
        let results = Rc::new(RefCell::new(Vec::new()));
        let (results_of, stopper) = (Rc::clone(&results), loop_.clone());
        loop_.call_soon(move || {
            results_of.borrow_mut().push(("hello", "world"));
            stopper.stop();
        });
        loop_.run_forever()?;
        assert_eq!(results.take(), [("hello", "world")]);
        loop_.close()
    }

    /// On a clock that is real: a select that sleeps too short is one more iteration.
    #[test]
    fn test_timeout_rounding() -> Result<()> {
        let loop_ = new_event_loop();
        let wait = async {
            for delay in [1e-2, 1e-4, 1e-6, 1e-8, 1e-10] {
                sleep(delay).await?;
            }
            asyncio::Ok(())
        };
        // 12 are needed, and more if the system's clocks disagree.
        let count = iterations(&loop_, || loop_.run_until_complete(wait))?;
        assert!((10..=20).contains(&count), "{count}");
        loop_.close()
    }

    #[test]
    fn test_close_running_event_loop() -> Result<()> {
        let loop_ = new_event_loop();
        let own = loop_.clone();
        let error = raised(|| loop_.run_until_complete(async move { own.close() }));
        assert!(error.is::<RuntimeError>(), "{error:?}");
        assert!(!loop_.is_closed());
        loop_.close()
    }

    #[test]
    fn test_close() -> Result<()> {
        let loop_ = new_event_loop();
        loop_.close()?;
        let refused: [fn(&EventLoop) -> Result<()>; 8] = [
            |loop_| loop_.run_forever(),
            |loop_| {
                let future: Future<()> = loop_.create_future();
                loop_.run_until_complete(future)
            },
            |loop_| {
                loop_.call_soon(|| false);
                Ok(())
            },
            |loop_| {
                loop_.call_soon_threadsafe(|| false);
                Ok(())
            },
            |loop_| {
                loop_.call_later(1.0, || false);
                Ok(())
            },
            |loop_| {
                loop_.call_at(loop_.time(), || false);
                Ok(())
            },
            |loop_| {
                loop_.create_task(async { asyncio::Ok(()) });
                Ok(())
            },
            |loop_| loop_.run_in_executor(None, || asyncio::Ok(false)).map(drop),
        ];
        for call in refused {
            let error = raised(|| call(&loop_));
            assert!(error.is::<RuntimeError>(), "{error:?}");
            assert_eq!(error.to_string(), "Event loop is closed");
        }
        Ok(())
    }
}
