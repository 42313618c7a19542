//! `Task.uncancel`.

use std::cell::Cell;
use std::rc::Rc;

use asyncio::{CancelledError, Result, TimeoutError, current_task, get_running_loop, sleep};

use super::{TestLoop, repr};

mod BaseTaskTests {
    use super::*;

    #[test]
    fn test_uncancel_basic() -> Result<()> {
        let loop_ = TestLoop::new();
        let task = loop_.create_task(async {
            let error = sleep(10).await.unwrap_err();
            assert!(error.is::<CancelledError>());
            current_task().expect("it runs").uncancel();
            sleep(10).await
        });
        loop_.run_until_complete(sleep(0.01))?;

        assert!(task.cancel());
        assert!(repr(&task).contains(" cancelling "));
        assert_eq!(task.cancelling(), 1);
        assert!(!task.cancelled());
        loop_.run_until_complete(sleep(0.01))?;

        assert!(!repr(&task).contains(" cancelling "));
        assert_eq!(task.cancelling(), 0);
        assert!(!task.cancelled());

        assert!(task.cancel());
        assert_eq!(task.cancelling(), 1);
        assert!(!task.cancelled());
        assert!(loop_.run_until_complete(&task).unwrap_err().is::<CancelledError>());
        assert!(task.cancelled() && task.done());

        // It is too late.
        task.uncancel();
        assert!(task.cancelled() && task.done());
        Ok(())
    }

    /// What became of a request: it timed out; its block was finished; what follows was reached.
    type Ends = (bool, bool, bool);

    /// A block with a timeout, written with nothing but `cancel` and `uncancel`.
    async fn request(delay: f64, timeout: f64) -> Result<Ends> {
        let task = current_task().expect("it runs");
        let timed_out = Rc::new(Cell::new(false));
        let (mark, cancelled) = (Rc::clone(&timed_out), task.clone());
        let timer = get_running_loop().call_later(timeout, move || {
            mark.set(true);
            cancelled.cancel();
        });
        let block = sleep(delay).await;
        let is_finished = block.is_ok();
        timer.cancel();
        let is_ours = timed_out.get() && task.uncancel() == 0;
        let outcome = match block {
            Err(error) if is_ours && error.is::<CancelledError>() => Err(TimeoutError("")),
            outcome => outcome,
        };
        match outcome {
            Err(error) if error.is::<TimeoutError>() => assert!(timed_out.get()),
            outcome => outcome?,
        }
        sleep(0).await?;
        Ok((timed_out.get(), is_finished, true))
    }

    #[test]
    fn test_uncancel_structured_blocks() -> Result<()> {
        let loop_ = TestLoop::new();
        let late = loop_.create_task(request(10.0, 0.1));
        assert_eq!(loop_.run_until_complete(&late)?, (true, false, true));
        assert_eq!(late.cancelling(), 0);
        let early = loop_.create_task(request(0.0, 10.0));
        assert_eq!(loop_.run_until_complete(&early)?, (false, true, true));
        assert_eq!(early.cancelling(), 0);
        Ok(())
    }

    #[test]
    fn test_uncancel_resets_must_cancel() -> Result<()> {
        let loop_ = TestLoop::new();
        let future = loop_.create_future();
        let waited = future.clone();
        let task = loop_.create_task(async move {
            waited.await?;
            asyncio::Ok(42)
        });
        loop_.run_until_complete(sleep(0))?;
        future.set_result(())?;
        task.cancel();
        assert_eq!(task.cancelling(), 1);
        task.uncancel();
        assert_eq!(task.cancelling(), 0);
        // The request was not heard yet, and never is.
        assert_eq!(loop_.run_until_complete(task)?, 42);
        Ok(())
    }
}
