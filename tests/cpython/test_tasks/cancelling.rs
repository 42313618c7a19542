//! What a cancellation does to a task, and to what it waits for.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use asyncio::{
    CancelledError, Future, Result, SystemExit, Task, create_task, current_task, get_running_loop,
    sleep,
};

use super::{TestLoop, assert_time, repr, run_briefly, waits_for};

mod BaseTaskTests {
    use super::*;

    /// Runs the loop until `task` is cancelled, and shows that this is its end.
    #[track_caller]
    fn assert_cancelled<T: Clone + 'static>(loop_: &TestLoop, task: &Task<T>) {
        let outcome = loop_.run_until_complete(task);
        assert!(outcome.is_err_and(|error| error.is::<CancelledError>()));
        assert!(task.done() && task.cancelled());
        assert!(!task.cancel());
    }

    async fn wait_for(future: Future<()>) -> Result<i32> {
        future.await?;
        Ok(12)
    }

    #[test]
    fn test_cancelling() {
        let loop_ = TestLoop::new();
        let task = loop_.create_task(sleep(10));
        assert_eq!(task.cancelling(), 0);
        assert!(!repr(&task).contains(" cancelling "));
        assert!(task.cancel());
        assert_ne!(task.cancelling(), 0);
        assert!(repr(&task).contains(" cancelling "));
        assert!(task.cancel());
        assert_cancelled(&loop_, &task);
    }

    #[test]
    fn test_cancel() {
        let loop_ = TestLoop::new();
        let task = loop_.create_task(async {
            sleep(10.0).await?;
            asyncio::Ok(12)
        });
        let cancelled = task.clone();
        loop_.call_soon(move || _ = cancelled.cancel());
        assert_cancelled(&loop_, &task);
        assert_eq!(loop_.time(), 0.0);
    }

    #[test]
    fn test_cancel_yield() -> Result<()> {
        let loop_ = TestLoop::new();
        let task = loop_.create_task(async {
            sleep(0).await?;
            sleep(0).await?;
            asyncio::Ok(12)
        });
        run_briefly(&loop_)?;
        task.cancel();
        assert_cancelled(&loop_, &task);
        Ok(())
    }

    #[test]
    fn test_cancel_inner_future() -> Result<()> {
        let loop_ = TestLoop::new();
        let future = loop_.create_future();
        let task = loop_.create_task(wait_for(future.clone()));
        run_briefly(&loop_)?;
        future.cancel();
        assert_cancelled(&loop_, &task);
        assert!(future.cancelled());
        Ok(())
    }

    #[test]
    fn test_cancel_both_task_and_inner_future() -> Result<()> {
        let loop_ = TestLoop::new();
        let future = loop_.create_future();
        let task = loop_.create_task(wait_for(future.clone()));
        run_briefly(&loop_)?;
        future.cancel();
        task.cancel();
        assert_cancelled(&loop_, &task);
        assert!(future.cancelled());
        Ok(())
    }

    #[test]
    fn test_cancel_task_catching() -> Result<()> {
        let loop_ = TestLoop::new();
        let (first, second) = (loop_.create_future(), loop_.create_future());
        let (one, two): (Future<()>, Future<()>) = (first.clone(), second.clone());
        let task = loop_.create_task(async move {
            one.await?;
            let error = two.await.unwrap_err();
            assert!(error.is::<CancelledError>());
            asyncio::Ok(42)
        });
        run_briefly(&loop_)?;
        assert!(waits_for(&task, &first));
        first.set_result(())?;
        run_briefly(&loop_)?;
        assert!(waits_for(&task, &second));
        task.cancel();
        assert!(second.cancelled());
        assert_eq!(loop_.run_until_complete(&task)?, 42);
        assert!(!task.cancelled());
        Ok(())
    }

    #[test]
    fn test_cancel_task_ignoring() -> Result<()> {
        let loop_ = TestLoop::new();
        let [first, second] = [(); 2].map(|()| loop_.create_future::<()>());
        let third = loop_.create_future();
        let (one, two, three) = (first.clone(), second.clone(), third.clone());
        let task = loop_.create_task(async move {
            one.await?;
            assert!(two.await.unwrap_err().is::<CancelledError>());
            (&three).await
        });
        run_briefly(&loop_)?;
        assert!(waits_for(&task, &first));
        first.set_result(())?;
        run_briefly(&loop_)?;
        assert!(waits_for(&task, &second));
        task.cancel();
        assert!(second.cancelled());
        run_briefly(&loop_)?;
        assert!(waits_for(&task, &third));
        third.set_result(42)?;
        assert_eq!(loop_.run_until_complete(&task)?, 42);
        assert!(!third.cancelled() && !task.cancelled());
        Ok(())
    }

    /// Asks for the cancellation of the task that runs.
    fn cancel_myself() {
        let task = current_task().expect("a task runs");
        assert!(task.cancel());
        assert!(repr(&task).starts_with("<Task cancelling "));
    }

    #[test]
    fn test_cancel_current_task() {
        let loop_ = TestLoop::new();
        let task = loop_.create_task(async {
            cancel_myself();
            sleep(100).await?;
            asyncio::Ok(12)
        });
        assert!(!task.cancelled());
        assert_cancelled(&loop_, &task);
        assert_eq!(loop_.time(), 0.0);
    }

    #[test]
    fn test_cancel_at_end() {
        let loop_ = TestLoop::new();
        let task = loop_.create_task(async {
            cancel_myself();
            asyncio::Ok(12)
        });
        assert!(!task.cancelled());
        assert_cancelled(&loop_, &task);
    }

    #[test]
    fn test_cancel_awaited_task() {
        let loop_ = TestLoop::new();
        let (future, nested) = (loop_.create_future(), Rc::new(RefCell::new(None)));
        let (waited, started) = (future.clone(), Rc::clone(&nested));
        let task = loop_.create_task(async move {
            let nested = create_task(wait_for(waited));
            started.replace(Some(nested.clone()));
            sleep(0).await?;
            cancel_myself();
            nested.await
        });
        assert_cancelled(&loop_, &task);
        assert!(nested.take().is_some_and(|nested| nested.cancelled()));
        assert!(future.cancelled());
    }

    #[test]
    fn test_stop_while_run_in_complete() {
        let loop_ = TestLoop::new();
        let rounds = Rc::new(Cell::new(0));
        let counted = Rc::clone(&rounds);
        let task = loop_.create_task(async move {
            while counted.get() < 10 {
                sleep(0.1).await?;
                counted.update(|rounds| rounds + 1);
                if counted.get() == 2 {
                    get_running_loop().stop();
                }
            }
            asyncio::Ok(())
        });
        let error = loop_.run_until_complete(&task).unwrap_err();
        let text = "RuntimeError('Event loop stopped before Future completed.')";
        assert_eq!(repr(&error), text);
        assert!(!task.done());
        assert_eq!(rounds.get(), 2);
        // Not 0.3 as with CPython's clock, which is moved on before the loop looks at it.
        assert_time(&loop_, 0.2);

        task.cancel();
        assert_cancelled(&loop_, &task);
    }

    #[test]
    fn test_task_cancel_sleeping_task() -> Result<()> {
        let loop_ = TestLoop::new();
        let outcome = loop_.run_until_complete(async {
            let sleeper = create_task(sleep(5000));
            let cancelled = sleeper.clone();
            get_running_loop().call_later(0.1, move || _ = cancelled.cancel());
            match sleeper.await {
                Err(error) if error.is::<CancelledError>() => asyncio::Ok("cancelled"),
                _ => asyncio::Ok("slept in"),
            }
        })?;
        assert_eq!(outcome, "cancelled");
        assert_time(&loop_, 0.1);
        Ok(())
    }

    #[test]
    fn test_task_cancel_waiter_future() -> Result<()> {
        let loop_ = TestLoop::new();
        let future = loop_.create_future();
        let task = loop_.create_task(wait_for(future.clone()));
        run_briefly(&loop_)?;
        assert!(waits_for(&task, &future));
        task.cancel();
        run_briefly(&loop_)?;
        assert_cancelled(&loop_, &task);
        assert!(!repr(&task).contains(" wait_for="));
        assert!(future.cancelled());
        Ok(())
    }

    #[test]
    fn test_baseexception_during_cancel() -> Result<()> {
        let loop_ = TestLoop::new();
        let exit = SystemExit(0);
        let raised = exit.clone();
        let task: Task<()> = loop_.create_task(async move {
            let error = sleep(10).await.unwrap_err();
            assert!(error.is::<CancelledError>());
            Err(raised)
        });
        run_briefly(&loop_)?;
        task.cancel();
        assert!(!task.done());
        assert!(run_briefly(&loop_).unwrap_err().is_same(&exit));
        assert!(task.done() && !task.cancelled());
        assert!(task.exception()?.is_some_and(|exception| exception.is_same(&exit)));
        Ok(())
    }

    #[test]
    fn test_yield_future_passes_cancel() -> Result<()> {
        async fn inner(waiter: Future<()>, proof: Rc<Cell<i32>>) -> Result<()> {
            let error = waiter.await.unwrap_err();
            assert!(error.is::<CancelledError>());
            proof.update(|proof| proof + 1);
            Err(error)
        }

        async fn outer(waiter: Future<()>, proof: Rc<Cell<i32>>) -> Result<()> {
            let more = match inner(waiter, Rc::clone(&proof)).await {
                Err(error) if error.is::<CancelledError>() => 100,
                _ => 10,
            };
            proof.update(|proof| proof + more);
            Ok(())
        }

        let loop_ = TestLoop::new();
        let (waiter, proof) = (loop_.create_future(), Rc::new(Cell::new(0)));
        let task = loop_.create_task(outer(waiter.clone(), Rc::clone(&proof)));
        run_briefly(&loop_)?;
        task.cancel();
        loop_.run_until_complete(task)?;
        assert_eq!(proof.get(), 101);
        assert!(waiter.cancelled());
        Ok(())
    }

    #[test]
    fn test_yield_wait_does_not_shield_cancel() -> Result<()> {
        async fn inner(waiter: Future<()>, proof: Rc<Cell<i32>>) -> Result<()> {
            waiter.await?;
            proof.update(|proof| proof + 1);
            Ok(())
        }

        let loop_ = TestLoop::new();
        let (waiter, proof) = (loop_.create_future(), Rc::new(Cell::new(0)));
        let (waited, proven) = (waiter.clone(), Rc::clone(&proof));
        let task = loop_.create_task(async move {
            asyncio::wait([create_task(inner(waited, Rc::clone(&proven)))]).await?;
            proven.update(|proof| proof + 100);
            asyncio::Ok(())
        });
        run_briefly(&loop_)?;
        task.cancel();
        assert_cancelled(&loop_, &task);
        waiter.set_result(())?;
        run_briefly(&loop_)?;
        assert_eq!(proof.get(), 1);
        Ok(())
    }
}
