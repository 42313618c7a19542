//! Tasks that go before they are done, and failures that nobody looks at.

use asyncio::{AnyTask, Result, RuntimeError, Task, TypeError, all_tasks_of, create_task, sleep};

use super::{Handler, Log, TestLoop, exception_of, wait_for};

mod BaseTaskTests {
    use super::*;

    #[test]
    fn test_log_destroyed_pending_task() -> Result<()> {
        let loop_ = TestLoop::new();
        loop_.set_debug(true);
        let handler = Handler::set_on(&loop_);
        let future = loop_.create_future::<()>();
        let (task, line) = (loop_.create_task(wait_for(future)), line!());
        assert_eq!(all_tasks_of(&loop_), [task.any()]);
        loop_.run_until_complete(sleep(0))?;
        assert!(!task.done());
        drop(task);

        // Until then the loop keeps it.
        assert_eq!(handler.count(), 0);
        loop_.close()?;
        let [context] = &handler.take()[..] else { panic!("not one call") };
        assert_eq!(context.message, "Task was destroyed but it is pending!");
        assert!(context.task.as_ref().is_some_and(|task| !task.done()), "{context:?}");
        let place = context.source_traceback.expect("it is known in debug mode");
        assert_eq!((place.file(), place.line()), (file!(), line));
        assert!(context.exception.is_none() && context.future.is_none());
        assert!(context.handle.is_none());
        assert_eq!(all_tasks_of(&loop_), []);
        Ok(())
    }

    #[test]
    fn test_tb_logger_not_called_after_cancel() -> Result<()> {
        // Only whoever leaves it alone hears of the failure.
        for (is_cancelled, messages) in [(true, 0), (false, 1)] {
            let (log, loop_) = (Log::start(), TestLoop::new());
            loop_.run_until_complete(async move {
                let task: Task<()> = create_task(async { Err(TypeError("lost")) });
                sleep(0.05).await?;
                if is_cancelled {
                    task.cancel();
                }
                asyncio::Ok(())
            })?;
            assert_eq!(log.texts().len(), messages, "{:?}", log.texts());
        }
        Ok(())
    }

    #[test]
    fn test_error_in_call_soon() {
        let (log, loop_) = (Log::start(), TestLoop::new());
        // On a loop that is closed behind its back, a task cannot schedule its first step.
        loop_.set_task_factory(|loop_, coroutine, options| {
            loop_.close().expect("it is not running");
            AnyTask::new(loop_, coroutine, options)
        });
        assert_eq!(log.texts().len(), 0);
        let error = exception_of(|| loop_.create_task(async { asyncio::Ok(()) }));
        assert!(error.is::<RuntimeError>());
        assert_eq!(error.to_string(), "Event loop is closed");
        let texts = log.texts();
        let [text] = &texts[..] else { panic!("not one text: {texts:?}") };
        assert!(text.starts_with("Task was destroyed but it is pending!\n"), "{text}");
        assert_eq!(all_tasks_of(&loop_), []);
    }
}
