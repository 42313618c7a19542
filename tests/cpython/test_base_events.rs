//! `test_base_events.py`.

mod asyncgens;
mod exception_handlers;
mod executors;
mod running;
mod tasks;
mod timers;

use asyncio::{EventLoop, Result, RuntimeError, ensure_future, new_event_loop};

use crate::loops::{Log, raised};

mod BaseEventLoopWithSelectorTests {
    use super::*;

    /// The one handle whose report names what ran.
    #[track_caller]
    fn assert_slow(log: &Log, class: &str, callback: &str) {
        let texts = log.take();
        let text = texts.iter().find(|text| text.contains(callback)).expect("it is reported");
        assert!(text.starts_with(&format!("Executing <{class} ")), "{text}");
        assert!(text.contains("> took ") && text.ends_with(" seconds"), "{text}");
    }

    #[test]
    fn test_log_slow_callbacks() -> Result<()> {
        fn stop_loop_cb(loop_: &EventLoop) -> impl FnOnce() + use<> {
            let loop_ = loop_.clone();
            move || loop_.stop()
        }

        async fn stop_loop_coro() -> Result<()> {
            asyncio::get_running_loop().stop();
            Ok(())
        }

        let (log, loop_) = (Log::start(), new_event_loop());
        asyncio::set_event_loop(Some(&loop_));
        loop_.set_debug(true);
        loop_.set_slow_callback_duration(0.0);
        loop_.call_soon(stop_loop_cb(&loop_));
        loop_.run_forever()?;
        assert_slow(&log, "Handle", "stop_loop_cb");
        let task = ensure_future(stop_loop_coro());
        loop_.run_forever()?;
        assert_slow(&log, "Task", "stop_loop_coro");
        assert!(task.done());
        asyncio::set_event_loop(None);
        loop_.close()
    }
}

mod RunningLoopTests {
    use super::*;

    #[test]
    fn test_running_loop_within_a_loop() -> Result<()> {
        let (inner, outer) = (new_event_loop(), new_event_loop());
        let started = inner.clone();
        let error = raised(|| outer.run_until_complete(async move { started.run_forever() }));
        assert!(error.is::<RuntimeError>());
        assert!(error.to_string().contains("while another loop is running"), "{error}");
        inner.close()?;
        outer.close()
    }
}
