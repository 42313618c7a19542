//! `EventLoopTestsMixin`: callbacks from other threads, and functions that run on them.

use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use asyncio::__private::set_log_sink;
use asyncio::concurrent::ThreadPoolExecutor;
use asyncio::{EventLoop, Result, ThreadSafeHandle, new_event_loop};

use crate::loops::Log;

/// Longer than a thread takes that does not wait.
const LONG: Duration = Duration::from_millis(50);

/// What callbacks write down.
#[derive(Clone, Default)]
struct Results(Arc<Mutex<Vec<&'static str>>>);

impl Results {
    /// Returns how many there are then.
    fn push(&self, result: &'static str) -> usize {
        let mut results = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        results.push(result);
        results.len()
    }

    fn take(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A callback that writes `result` down, and stops the loop if it is the second to do so.
    fn callback(
        &self,
        result: &'static str,
        loop_: &EventLoop,
    ) -> impl FnOnce() -> Result<()> + use<> {
        let (results, handle) = (self.clone(), loop_.handle());
        move || if results.push(result) >= 2 { handle.stop() } else { Ok(()) }
    }
}

/// Has a thread do something with the handle of a callback that is running, and returns what
/// that gave, and whether the callback was over by then.
fn during_the_callback(does: fn(&ThreadSafeHandle) -> bool) -> Result<(bool, bool)> {
    let (loop_, results) = (new_event_loop(), Results::default());
    let (loop_of_thread, results_of) = (loop_.handle(), results.clone());
    let thread = thread::spawn(move || {
        let finished = Arc::new(AtomicBool::new(false));
        let (started, has_started) = channel();
        let finish = Arc::clone(&finished);
        let handle = loop_of_thread.call_soon_threadsafe(move || {
            let _ = started.send(());
            results_of.push("hello");
            thread::sleep(LONG);
            finish.store(true, Ordering::SeqCst);
        })?;
        let _ = has_started.recv();
        let outcome = (does(&handle), finished.load(Ordering::SeqCst));
        loop_of_thread.stop()?;
        asyncio::Ok(outcome)
    });
    loop_.run_forever()?;
    let outcome = thread.join().expect("it does not panic")?;
    assert_eq!(results.take(), ["hello"]);
    loop_.close()?;
    Ok(outcome)
}

mod EventLoopTestsMixin {
    use super::*;

    #[test]
    fn test_call_soon_threadsafe() -> Result<()> {
        let (loop_, results) = (new_event_loop(), Results::default());
        let handle = loop_.handle();
        let callback = results.callback("hello", &loop_);
        let thread = thread::spawn(move || handle.call_soon_threadsafe(callback).map(drop));
        thread.join().expect("it does not panic")?;
        loop_.call_soon(results.callback("world", &loop_));
        loop_.run_forever()?;
        assert_eq!(results.take(), ["hello", "world"]);
        loop_.close()
    }

    #[test]
    fn test_call_soon_threadsafe_handle_block_check_cancelled() -> Result<()> {
        let (cancelled, is_over) = during_the_callback(ThreadSafeHandle::cancelled)?;
        assert!(!cancelled);
        assert!(is_over, "it waits for the callback");
        Ok(())
    }

    #[test]
    fn test_call_soon_threadsafe_handle_block_cancellation() -> Result<()> {
        let (_, is_over) = during_the_callback(|handle| {
            handle.cancel();
            true
        })?;
        assert!(is_over, "it waits for the callback");
        Ok(())
    }

    #[test]
    fn test_call_soon_threadsafe_handle_cancel_same_thread() -> Result<()> {
        let (loop_, results) = (new_event_loop(), Results::default());
        let (loop_of_thread, results_of) = (loop_.handle(), results.clone());
        let thread = thread::spawn(move || {
            let finished = Arc::new(AtomicBool::new(false));
            let (started, has_started) = channel();
            let (own, own_handle) = channel::<ThreadSafeHandle>();
            let finish = Arc::clone(&finished);
            let handle = loop_of_thread.call_soon_threadsafe(move || {
                let _ = started.send(());
                let handle = own_handle.recv().expect("the thread sends it");
                handle.cancel();
                results_of.push("hello");
                finish.store(true, Ordering::SeqCst);
            })?;
            let _ = own.send(handle.clone());
            let _ = has_started.recv();
            // The callback cancels itself, to no effect: it runs to its end.
            let outcome = (handle.cancelled(), finished.load(Ordering::SeqCst));
            loop_of_thread.stop()?;
            asyncio::Ok(outcome)
        });
        loop_.run_forever()?;
        assert_eq!(thread.join().expect("it does not panic")?, (true, true));
        assert_eq!(results.take(), ["hello"]);
        loop_.close()
    }

    #[test]
    fn test_call_soon_threadsafe_handle_cancel_other_thread() -> Result<()> {
        let (loop_, results) = (new_event_loop(), Results::default());
        let (loop_of_thread, results_of) = (loop_.handle(), results.clone());
        let (cancelled, was_cancelled) = channel::<()>();
        // Nothing runs until the other thread has cancelled its callback.
        loop_.call_soon(move || _ = was_cancelled.recv());
        let thread = thread::spawn(move || {
            let callback = move || _ = results_of.push("hello");
            let handle = loop_of_thread.call_soon_threadsafe(callback)?;
            handle.cancel();
            let outcome = handle.cancelled();
            drop(cancelled);
            loop_of_thread.stop()?;
            asyncio::Ok(outcome)
        });
        loop_.run_forever()?;
        assert!(thread.join().expect("it does not panic")?);
        assert!(results.take().is_empty());
        loop_.close()
    }

    #[test]
    fn test_call_soon_threadsafe_same_thread() -> Result<()> {
        let (loop_, results) = (new_event_loop(), Results::default());
        loop_.call_soon_threadsafe(results.callback("hello", &loop_));
        loop_.call_soon(results.callback("world", &loop_));
        loop_.run_forever()?;
        assert_eq!(results.take(), ["hello", "world"]);
        loop_.close()
    }

    #[test]
    fn test_run_in_executor() -> Result<()> {
        let loop_ = new_event_loop();
        let future = loop_.run_in_executor(None, || asyncio::Ok(("yo", thread::current().id())))?;
        let (result, thread) = loop_.run_until_complete(future)?;
        assert_eq!(result, "yo");
        assert_ne!(thread, thread::current().id());
        loop_.close()
    }

    /// The function ends when the loop is closed, which is later than in CPython's test, and calls
    /// nothing on it: that would fail, and be logged by its thread.
    #[test]
    fn test_run_in_executor_cancel() -> Result<()> {
        let (log, loop_, logged) = (Log::start(), new_event_loop(), Results::default());
        let pool = Arc::new(ThreadPoolExecutor::new());
        loop_.set_default_executor(Arc::clone(&pool));
        let (started, has_started) = channel();
        let (end, ended) = channel::<()>();
        let log_of_thread = logged.clone();
        let future = loop_.run_in_executor(None, move || {
            let sink = move |_: &str| _ = log_of_thread.push("an error");
            set_log_sink(Some(Rc::new(sink)));
            let _ = started.send(());
            let _ = ended.recv();
            asyncio::Ok(())
        })?;
        let _ = has_started.recv();
        assert!(future.cancel());
        loop_.close()?;
        drop(end);
        pool.shutdown(true, false)?;
        assert!(future.cancelled());
        assert!(log.take().is_empty() && logged.take().is_empty());
        Ok(())
    }
}
