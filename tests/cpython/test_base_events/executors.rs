//! `BaseEventLoopTests`: the default executor.

use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, PoisonError};

use asyncio::concurrent::{Executor, Job};
use asyncio::{NotImplementedError, Result, new_event_loop};

use crate::loops::{Log, raised};

/// An executor that takes no jobs, and whose threads are there until the other end is dropped.
struct DummyExecutor {
    end: Mutex<Receiver<()>>,
}

impl Executor for DummyExecutor {
    fn execute(&self, _job: Job) -> Result<()> {
        Err(NotImplementedError("cannot submit into a dummy executor"))
    }

    fn shutdown(&self, wait: bool, _cancel_futures: bool) -> Result<()> {
        if wait {
            let _ = self.end.lock().unwrap_or_else(PoisonError::into_inner).recv();
        }
        Ok(())
    }
}

mod BaseEventLoopTests {
    use super::*;

    #[test]
    fn test_set_default_executor() -> Result<()> {
        let loop_ = new_event_loop();
        let (_end, ended) = channel();
        loop_.set_default_executor(DummyExecutor { end: Mutex::new(ended) });
        let error = raised(|| loop_.run_in_executor(None, || asyncio::Ok(())));
        assert!(error.is::<NotImplementedError>());
        assert_eq!(error.to_string(), "cannot submit into a dummy executor");
        loop_.close()
    }

    #[test]
    fn test_shutdown_default_executor_timeout() -> Result<()> {
        let (log, loop_) = (Log::start(), new_event_loop());
        let (end, ended) = channel();
        loop_.set_default_executor(DummyExecutor { end: Mutex::new(ended) });
        let own = loop_.clone();
        loop_.run_until_complete(async move { own.shutdown_default_executor(0.01).await })?;
        let text = log.take_one();
        assert!(text.contains("RuntimeWarning: The executor did not finishing joining"), "{text}");
        drop(end);
        loop_.close()
    }
}
