//! `run_coroutine_threadsafe`.

use std::cell::RefCell;
use std::rc::Rc;

use asyncio::{
    AnyTask, CancelledError, LoopHandle, PanicError, Result, RuntimeError, TimeoutError,
    all_tasks_of, concurrent, current_task, get_running_loop, run_coroutine_threadsafe, sleep,
};

use super::{Handler, TestLoop, run_briefly};

/// What `add` does instead of adding.
#[derive(Clone, Copy, PartialEq)]
enum End {
    Sum,
    Failure,
    Cancellation,
}

async fn add(a: i32, b: i32, end: End) -> Result<i32> {
    sleep(0.05).await?;
    if end == End::Failure {
        return Err(RuntimeError("Fail!"));
    }
    if end == End::Cancellation {
        current_task().expect("it runs").cancel();
        sleep(0).await?;
    }
    Ok(a + b)
}

/// Has the loop add, and waits for the sum on the thread that this runs on.
fn target(loop_: &LoopHandle, end: End, timeout: Option<f64>) -> Result<i32> {
    let future = run_coroutine_threadsafe(move || add(1, 2, end), loop_);
    let outcome = future.result(timeout);
    assert!(future.done() || future.cancel());
    outcome
}

/// What comes of `target` on another thread.
fn from_a_thread(loop_: &TestLoop, end: End, timeout: Option<f64>) -> Result<i32> {
    let handle = loop_.handle();
    let future = loop_.run_in_executor(None, move || target(&handle, end, timeout))?;
    loop_.run_until_complete(future)
}

mod RunCoroutineThreadsafeTests {
    use super::*;

    #[test]
    fn test_run_coroutine_threadsafe() -> Result<()> {
        assert_eq!(from_a_thread(&TestLoop::new(), End::Sum, None)?, 3);
        Ok(())
    }

    #[test]
    fn test_run_coroutine_threadsafe_with_exception() {
        let error = from_a_thread(&TestLoop::new(), End::Failure, None).unwrap_err();
        assert_eq!(format!("{error:?}"), "RuntimeError('Fail!')");
    }

    #[test]
    fn test_run_coroutine_threadsafe_with_timeout() -> Result<()> {
        let loop_ = TestLoop::new();
        let error = from_a_thread(&loop_, End::Sum, Some(0.0)).unwrap_err();
        assert!(error.is::<TimeoutError>());
        run_briefly(&loop_)?;
        // The task went with the wait for it.
        assert_eq!(all_tasks_of(&loop_), []);
        assert_eq!(loop_.time(), 0.0);
        Ok(())
    }

    #[test]
    fn test_run_coroutine_threadsafe_task_cancelled() {
        let error = from_a_thread(&TestLoop::new(), End::Cancellation, None).unwrap_err();
        assert!(error.is::<CancelledError>());
    }

    #[test]
    fn test_run_coroutine_threadsafe_task_factory_exception() -> Result<()> {
        let loop_ = TestLoop::new();
        let handle = loop_.handle();
        let run = loop_.run_in_executor(None, move || target(&handle, End::Sum, None))?;
        let handler = Handler::set_on(&loop_);
        loop_.set_task_factory(|_, _, _| panic!("no tasks"));
        let error = loop_.run_until_complete(run).unwrap_err();
        assert!(error.is::<PanicError>());
        assert_eq!(error.to_string(), "no tasks");
        let [context] = &handler.take()[..] else { panic!("not one call") };
        assert!(context.exception.as_ref().is_some_and(|raised| raised.is_same(&error)));
        loop_.clear_task_factory();
        Ok(())
    }

    #[test]
    fn test_run_coroutine_threadsafe_and_cancel() -> Result<()> {
        let loop_ = TestLoop::new();
        let made = Rc::new(RefCell::new(None));
        let seen = Rc::clone(&made);
        let future: concurrent::Future<()> = loop_.run_until_complete(async move {
            let loop_ = get_running_loop();
            loop_.set_task_factory(move |loop_, coroutine, options| {
                let task = AnyTask::new(loop_, coroutine, options);
                seen.replace(Some(task.clone()));
                task
            });
            let future = run_coroutine_threadsafe(|| sleep(10), &loop_.handle());
            sleep(0).await?;
            future.cancel();
            asyncio::Ok(future)
        })?;
        loop_.clear_task_factory();
        assert!(made.take().is_some_and(|task| task.cancelled()));
        assert!(future.cancelled());
        Ok(())
    }
}
