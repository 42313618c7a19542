//! `RunTests`.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use asyncio::{
    CancelledError, Error, EventLoop, ExceptionContext, Result, RunOptions, RuntimeError, Task,
    ValueError, ZeroDivisionError, create_task, get_event_loop, get_running_loop, new_event_loop,
    run, run_with, set_event_loop, sleep,
};

use super::{is_debugged, virtual_time};
use crate::support::{in_fresh_thread, panic_text, run_again};

mod RunTests {
    use super::*;

    #[test]
    fn test_asyncio_run_return() {
        let main = async {
            sleep(0).await?;
            asyncio::Ok((get_running_loop(), 42))
        };
        let (loop_, answer) = run(main).unwrap();
        assert_eq!(answer, 42);
        assert!(loop_.is_closed());
    }

    #[test]
    fn test_asyncio_run_raises() {
        let main = async {
            sleep(0).await?;
            Result::<()>::Err(ValueError("spam"))
        };
        let error = run(main).unwrap_err();
        assert!(error.is::<ValueError>());
        assert_eq!(error.to_string(), "spam");
    }

    #[test]
    fn test_asyncio_run_debug() {
        let debug = |debug| RunOptions::new().debug(debug);
        assert!(!run_with(is_debugged(), debug(false)).unwrap());
        assert!(run_with(is_debugged(), debug(true)).unwrap());
        // What goes without saying is said by the environment.
        let test = "test_runners::run::RunTests::test_asyncio_run_debug";
        let is_set = !run_again(test, "ASYNCIO_DEBUG");
        assert_eq!(run(is_debugged()).unwrap(), is_set);
    }

    #[test]
    fn test_asyncio_run_from_running_loop() {
        let main = async { run(async { asyncio::Ok(()) }) };
        let error = run(main).unwrap_err();
        assert!(error.is::<RuntimeError>());
        assert!(error.to_string().contains("cannot be called from a running"));
    }

    #[test]
    fn test_asyncio_run_cancels_hanging_tasks() {
        let main = async { asyncio::Ok((create_task(sleep(0.1)), 123)) };
        let (left_over, answer) = run_with(main, virtual_time()).unwrap();
        assert_eq!(answer, 123);
        assert!(left_over.done());
    }

    fn divided_by_zero() -> Error {
        ZeroDivisionError("division by zero")
    }

    #[test]
    fn test_asyncio_run_reports_hanging_tasks_errors() {
        async fn left_over() -> Result<()> {
            match sleep(0.1).await {
                Err(error) if error.is::<CancelledError>() => Err(divided_by_zero()),
                outcome => outcome,
            }
        }

        let reports = Rc::new(RefCell::new(Vec::new()));
        let log = Rc::clone(&reports);
        let main = async move {
            get_running_loop().set_exception_handler(move |_, context: &ExceptionContext| {
                let error = context.exception.clone();
                log.borrow_mut().push((context.message.to_string(), context.task.clone(), error));
            });
            asyncio::Ok((create_task(left_over()), 123))
        };
        let (task, answer) = run_with(main, virtual_time()).unwrap();
        assert_eq!(answer, 123);
        assert!(task.done());
        let reports = reports.take();
        let [(message, reported, error)] = &reports[..] else { panic!("{reports:?}") };
        assert_eq!(message, "unhandled exception during asyncio.run() shutdown");
        assert!(reported.as_ref().is_some_and(|reported| *reported == task.any()));
        assert!(error.as_ref().is_some_and(Error::is::<ZeroDivisionError>));
    }

    #[test]
    fn test_asyncio_run_closes_gens_after_hanging_tasks_errors() {
        /// Something that goes on for ever, and knows whether it is there still.
        struct Fidget(Rc<Cell<bool>>);

        impl Fidget {
            async fn next(&mut self) -> Result<i32> {
                sleep(1).await?;
                Ok(1)
            }
        }

        impl Drop for Fidget {
            fn drop(&mut self) {
                self.0.set(false);
            }
        }

        async fn spin(is_open: Rc<Cell<bool>>) -> Result<()> {
            is_open.set(true);
            let mut spinner = Fidget(is_open);
            while spinner.next().await.is_ok() {}
            Err(divided_by_zero())
        }

        let (is_open, lazyboy) = (Rc::new(Cell::new(false)), Rc::new(RefCell::new(None)));
        let (opens, keeps) = (Rc::clone(&is_open), Rc::clone(&lazyboy));
        let main = async move {
            get_running_loop().set_exception_handler(|_, _| ());
            let task = create_task(spin(Rc::clone(&opens)));
            keeps.replace(Some(task));
            sleep(0).await?;
            assert!(opens.get());
            Result::<()>::Err(ValueError("fancy exit"))
        };
        assert!(run_with(main, virtual_time()).unwrap_err().is::<ValueError>());
        let lazyboy: Task<()> = lazyboy.take().expect("it was made");
        assert!(lazyboy.done());
        assert!(lazyboy.exception().unwrap().unwrap().is::<ZeroDivisionError>());
        assert!(!is_open.get());
    }

    #[test]
    fn test_asyncio_run_set_event_loop() {
        in_fresh_thread(|| {
            let before = new_event_loop();
            set_event_loop(Some(&before));
            let main = async {
                sleep(0).await?;
                asyncio::Ok(42)
            };
            assert_eq!(run(main).unwrap(), 42);
            // Its own loop took the place of that, and was taken away at the end.
            assert!(panic_text(get_event_loop).contains("There is no current event loop"));
            before.close().unwrap();
        });
    }

    thread_local! {
        static MADE: RefCell<Vec<EventLoop>> = const { RefCell::new(Vec::new()) };
    }

    fn factory() -> EventLoop {
        let loop_ = new_event_loop();
        MADE.with_borrow_mut(|made| made.push(loop_.clone()));
        loop_
    }

    #[test]
    fn test_asyncio_run_loop_factory() {
        let main = async { asyncio::Ok(get_running_loop()) };
        let loop_ = run_with(main, RunOptions::new().loop_factory(factory)).unwrap();
        assert_eq!(MADE.take(), [loop_]);
    }

    #[test]
    fn test_loop_factory_default_event_loop() {
        let main = async { asyncio::Ok(format!("{:?}", get_running_loop())) };
        let repr = run_with(main, RunOptions::new().loop_factory(new_event_loop)).unwrap();
        assert!(repr.starts_with("<_UnixSelectorEventLoop "), "{repr}");
    }
}
