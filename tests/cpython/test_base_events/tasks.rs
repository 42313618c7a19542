//! `BaseEventLoopTests`: tasks, and what makes them.

use std::rc::Rc;

use asyncio::{AnyTask, Result, RuntimeError, TaskOptions, new_event_loop};

use crate::loops::{Log, raised};

async fn coroutine() -> Result<()> {
    Ok(())
}

mod BaseEventLoopTests {
    use super::*;

    /// A factory's tasks are of no class of their own here, but have a name that it gave them.
    #[test]
    fn test_set_task_factory() -> Result<()> {
        let loop_ = new_event_loop();
        assert!(loop_.get_task_factory().is_none());
        loop_.set_task_factory(|loop_, coroutine, options| {
            AnyTask::new(loop_, coroutine, options.name("mine"))
        });
        let factory = loop_.get_task_factory().expect("it was set");
        assert!(Rc::ptr_eq(&factory, &loop_.get_task_factory().expect("it is still set")));
        let task = loop_.create_task(coroutine());
        assert_eq!(task.get_name(), "mine");
        loop_.run_until_complete(task)?;

        loop_.clear_task_factory();
        assert!(loop_.get_task_factory().is_none());
        let task = loop_.create_task(coroutine());
        assert_ne!(task.get_name(), "mine");
        loop_.run_until_complete(task)?;
        loop_.close()
    }

    #[test]
    fn test_create_task_error_closes_coro() -> Result<()> {
        let (log, loop_) = (Log::start(), new_event_loop());
        loop_.close()?;
        let held = Rc::new(());
        let probe = Rc::downgrade(&held);
        let coroutine = async move {
            drop(held);
            asyncio::Ok(())
        };
        let error = raised(|| Ok(loop_.create_task(coroutine)));
        assert!(error.is::<RuntimeError>());
        assert_eq!(probe.strong_count(), 0, "the coroutine is dropped");
        assert!(log.take().is_empty());
        Ok(())
    }

    #[test]
    fn test_create_named_task_with_default_factory() -> Result<()> {
        let loop_ = new_event_loop();
        let task = loop_.create_task_with(coroutine(), TaskOptions::new().name("test_task"));
        assert_eq!(task.get_name(), "test_task");
        loop_.run_until_complete(task)?;
        loop_.close()
    }

    #[test]
    fn test_create_named_task_with_custom_factory() -> Result<()> {
        let loop_ = new_event_loop();
        loop_.set_task_factory(AnyTask::new);
        let task = loop_.create_task_with(coroutine(), TaskOptions::new().name("test_task"));
        assert_eq!(task.get_name(), "test_task");
        loop_.run_until_complete(task)?;
        loop_.close()
    }
}
