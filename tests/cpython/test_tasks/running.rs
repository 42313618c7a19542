//! `sleep`, `current_task`, and coroutines as such.

use std::cell::Cell;
use std::rc::Rc;

use asyncio::__private::iteration;
use asyncio::{
    EventLoop, Future, Result, RuntimeError, ValueError, current_task, current_task_of,
    get_running_loop, iscoroutine, sleep, sleep_with, wait,
};

use super::{TestLoop, assert_time, exception_of, run_briefly};

/// Whether the task that runs is the only one that there can be.
#[track_caller]
fn assert_current(name: &str) {
    let task = current_task().expect("one runs");
    assert_eq!(task.get_name(), name);
    assert_eq!(current_task_of(&get_running_loop()), Some(task));
}

mod BaseTaskTests {
    use super::*;

    #[test]
    fn test_sleep() -> Result<()> {
        let loop_ = TestLoop::new();
        let task = loop_.create_task(async {
            sleep(0.05).await?;
            sleep_with(0.05, "yeah").await
        });
        loop_.run_until_complete(&task)?;
        assert!(task.done());
        assert_eq!(task.result()?, "yeah");
        assert_time(&loop_, 0.1);
        Ok(())
    }

    #[test]
    fn test_sleep_when_delay_is_nan() {
        let loop_ = TestLoop::new();
        let task = loop_.create_task(async { sleep(f64::NAN).await });
        assert!(loop_.run_until_complete(task).unwrap_err().is::<ValueError>());
    }

    /// How many iterations the loop needs to get to its time 20.
    fn iterations_until_20(loop_: &EventLoop) -> Result<u64> {
        let stopper = loop_.clone();
        loop_.call_at(20.0, move || stopper.stop());
        let before = iteration(loop_);
        loop_.run_forever()?;
        asyncio::Ok(iteration(loop_) - before)
    }

    #[test]
    fn test_sleep_cancel() -> Result<()> {
        // A timer that is still there, at 10, takes an iteration of its own.
        for (is_cancelled, iterations) in [(false, 3), (true, 1)] {
            let loop_ = TestLoop::new();
            let task = loop_.create_task(sleep_with(10.0, "yeah"));
            run_briefly(&loop_)?;
            assert!(!task.done());
            if is_cancelled {
                task.cancel();
                run_briefly(&loop_)?;
            }
            assert_eq!(task.cancelled(), is_cancelled);
            assert_eq!(iterations_until_20(&loop_)?, iterations);
        }
        Ok(())
    }

    #[test]
    fn test_coroutine_non_gen_function() -> Result<()> {
        async fn func() -> Result<&'static str> {
            asyncio::Ok("test")
        }

        let coroutine = func();
        assert!(iscoroutine(&coroutine));
        assert_eq!(TestLoop::new().run_until_complete(coroutine)?, "test");
        Ok(())
    }

    #[test]
    fn test_coroutine_non_gen_function_return_future() -> Result<()> {
        let loop_ = TestLoop::new();
        let future = loop_.create_future();
        let (returned, set) = (future.clone(), future.clone());
        let first = loop_.create_task(async move { asyncio::Ok(returned) });
        let second = loop_.create_task(async move { set.set_result("test") });
        // It is a value like any other, and nobody awaits it.
        let result: Future<&'static str> = loop_.run_until_complete(first)?;
        assert_eq!(result, future);
        second.result()
    }

    #[test]
    fn test_current_task() -> Result<()> {
        let loop_ = TestLoop::new();
        assert_eq!(current_task_of(&loop_), None);
        let task = loop_.create_task(async {
            assert_current("the task");
            asyncio::Ok(())
        });
        task.set_name("the task");
        loop_.run_until_complete(task)?;
        assert_eq!(current_task_of(&loop_), None);
        Ok(())
    }

    #[test]
    fn test_current_task_with_interleaving_tasks() -> Result<()> {
        let loop_ = TestLoop::new();
        assert_eq!(current_task_of(&loop_), None);
        let [first, second] = [(); 2].map(|()| loop_.create_future::<bool>());
        let (waits, sets) = (first.clone(), second.clone());
        let one = loop_.create_task(async move {
            assert_current("one");
            waits.await?;
            assert_current("one");
            sets.set_result(true)
        });
        let two = loop_.create_task(async move {
            assert_current("two");
            first.set_result(true)?;
            second.await?;
            assert_current("two");
            asyncio::Ok(())
        });
        one.set_name("one");
        two.set_name("two");
        loop_.run_until_complete(wait([one.clone(), two.clone()]))?;
        assert_eq!(current_task_of(&loop_), None);
        // What they assert is raised here.
        one.result()?;
        two.result()
    }
}

mod BaseCurrentLoopTests {
    use super::*;

    #[test]
    fn test_current_task_no_running_loop() {
        assert_eq!(current_task_of(&TestLoop::new()), None);
    }

    #[test]
    fn test_current_task_no_running_loop_implicit() {
        let error = exception_of(current_task);
        assert!(error.is::<RuntimeError>());
        assert_eq!(error.to_string(), "no running event loop");
    }

    #[test]
    fn test_current_task_with_implicit_loop() -> Result<()> {
        let loop_ = TestLoop::new();
        let task = loop_.create_task(async {
            assert_current("the task");
            asyncio::Ok(())
        });
        task.set_name("the task");
        loop_.run_until_complete(task)?;
        assert_eq!(current_task_of(&loop_), None);
        Ok(())
    }
}

mod SleepTests {
    use super::*;

    #[asyncio::test]
    async fn test_sleep_zero() -> Result<()> {
        let result = Rc::new(Cell::new(0));
        let counted = Rc::clone(&result);
        get_running_loop().call_soon(move || counted.update(|result| result + 1));
        assert_eq!(result.get(), 0);
        let more = sleep_with(0, 10).await?;
        assert_eq!(result.get(), 1);
        result.update(|result| result + more);
        assert_eq!(result.get(), 11);
        Ok(())
    }
}
