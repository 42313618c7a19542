//! What crosses threads: each call is made once, and what it keeps goes once.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::{self, ThreadId};

use asyncio::concurrent::{ThreadPoolExecutor, ThreadPoolOptions};
use asyncio::{EventLoop, Result, run_coroutine_threadsafe, sleep};

use crate::counters::Counters;

/// Counts calls, and how many things are alive that a call keeps.
#[derive(Clone, Default)]
struct Calls(Arc<(AtomicU32, AtomicU32)>);

impl Calls {
    /// A function that is counted, and has something.
    fn function(&self) -> impl FnOnce() + Send + 'static {
        self.0.1.fetch_add(1, Ordering::SeqCst);
        let kept = Kept(self.clone());
        move || _ = kept.0.0.0.fetch_add(1, Ordering::SeqCst)
    }

    #[track_caller]
    fn expect(&self, calls: u32, alive: u32) {
        let counted = (self.0.0.load(Ordering::SeqCst), self.0.1.load(Ordering::SeqCst));
        assert_eq!(counted, (calls, alive), "calls, kept");
    }
}

struct Kept(Calls);

impl Drop for Kept {
    fn drop(&mut self) {
        self.0.0.1.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Does something on another thread, and waits for it.
fn elsewhere<T: Send>(function: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| scope.spawn(function).join().unwrap())
}

fn run_briefly(loop_: &EventLoop) -> Result<()> {
    loop_.stop();
    loop_.run_forever()
}

#[test]
fn each_call_is_made_once() -> Result<()> {
    let (calls, loop_) = (Calls::default(), EventLoop::with_virtual_clock());
    let handle = loop_.handle();
    elsewhere(|| {
        (0..100).try_for_each(|_| handle.call_soon_threadsafe(calls.function()).map(drop))
    })?;
    calls.expect(0, 100);
    run_briefly(&loop_)?;
    calls.expect(100, 0);
    run_briefly(&loop_)?;
    calls.expect(100, 0);
    loop_.close()
}

#[test]
fn a_call_that_was_taken_back_is_not_made() -> Result<()> {
    let (calls, loop_) = (Calls::default(), EventLoop::with_virtual_clock());
    let handle = loop_.handle();
    let call = elsewhere(|| handle.call_soon_threadsafe(calls.function()))?;
    elsewhere(|| call.cancel());
    run_briefly(&loop_)?;
    calls.expect(0, 0);

    let call = elsewhere(|| handle.call_soon_threadsafe(calls.function()))?;
    call.cancel();
    calls.expect(0, 0);
    run_briefly(&loop_)?;
    calls.expect(0, 0);
    loop_.close()
}

#[test]
fn a_closed_loop_drops_its_calls() -> Result<()> {
    let (calls, loop_) = (Calls::default(), EventLoop::with_virtual_clock());
    let handle = loop_.handle();
    elsewhere(|| {
        (0..10).try_for_each(|_| handle.call_soon_threadsafe(calls.function()).map(drop))
    })?;
    calls.expect(0, 10);
    loop_.close()?;
    calls.expect(0, 0);
    assert!(elsewhere(|| handle.call_soon_threadsafe(calls.function())).is_err());
    calls.expect(0, 0);
    Ok(())
}

#[test]
fn a_function_of_a_pool_is_called_once() -> Result<()> {
    let (calls, counters) = (Calls::default(), Counters::default());
    let function = calls.function();
    let counted = calls.clone();
    let (open, gate) = mpsc::channel();
    counters.run(async move {
        let here: ThreadId = thread::current().id();
        let there = asyncio::to_thread(move || {
            // Not before it is awaited.
            gate.recv().expect("the loop opens it");
            function();
            asyncio::Ok(thread::current().id())
        });
        asyncio::get_running_loop().call_soon(move || open.send(()).expect("it waits"));
        assert_ne!(there.await?, here);
        counted.expect(1, 0);
        asyncio::Ok(())
    })?;
    counters.expect(2, 0, 0);
    Ok(())
}

#[test]
fn a_function_that_did_not_begin_is_dropped() -> Result<()> {
    let (calls, counters) = (Calls::default(), Counters::default());
    let (first, second) = (calls.function(), calls.function());
    let pool = ThreadPoolExecutor::with(ThreadPoolOptions::new().max_workers(1));
    let (open, gate) = mpsc::channel::<()>();
    let counted = calls.clone();
    counters.run(async move {
        let loop_ = asyncio::get_running_loop();
        let running = loop_.run_in_executor(Some(&pool), move || {
            first();
            gate.recv().ok();
            asyncio::Ok(())
        });
        let queued = loop_.run_in_executor(Some(&pool), move || {
            second();
            asyncio::Ok(())
        });
        queued?.cancel();
        sleep(0).await?;
        open.send(()).expect("it waits");
        running?.await?;
        pool.shutdown(true, false)?;
        counted.expect(1, 0);
        asyncio::Ok(())
    })?;
    Ok(())
}

#[test]
fn a_coroutine_for_a_thread_is_polled_as_any_other() -> Result<()> {
    let (calls, loop_) = (Calls::default(), EventLoop::with_virtual_clock());
    let (handle, function) = (loop_.handle(), calls.function());
    let make = move || {
        function();
        async {
            sleep(0).await?;
            asyncio::Ok(5)
        }
    };
    let future = elsewhere(|| run_coroutine_threadsafe(make, &handle));
    calls.expect(0, 1);
    run_briefly(&loop_)?;
    calls.expect(1, 0);
    (0..3).try_for_each(|_| run_briefly(&loop_))?;
    assert_eq!(future.result(0)?, 5);
    loop_.close()
}
