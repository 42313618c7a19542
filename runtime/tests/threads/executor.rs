//! `to_thread`, `run_in_executor` and the end of the default executor.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use asyncio::concurrent::{Executor, Job, ThreadPoolExecutor, ThreadPoolOptions};
use asyncio::{
    ContextVar, PanicError, Result, RuntimeError, SystemExit, ValueError, create_task, gather_all,
    get_running_loop, sleep, to_thread,
};

use crate::{Logged, gate, panic_of, run_virtual, single};

// to_thread.

#[test]
fn to_thread_runs_elsewhere() -> Result<()> {
    asyncio::run(async {
        let here = thread::current().id();
        let (sum, there) =
            to_thread(|| asyncio::Ok(([40, 2].iter().sum::<i32>(), thread::current().id())))
                .await?;
        assert_eq!(sum, 42);
        assert_ne!(there, here);
        asyncio::Ok(())
    })
}

#[test]
fn to_thread_passes_failures_on() -> Result<()> {
    asyncio::run(async {
        let error = to_thread(|| Err::<(), _>(RuntimeError("test"))).await.unwrap_err();
        assert_eq!(format!("{error:?}"), "RuntimeError('test')");
        let error = to_thread(|| "seven".parse::<i32>()).await.unwrap_err();
        assert!(error.is::<std::num::ParseIntError>());
        let error = to_thread(|| -> Result<()> { panic!("boom") }).await.unwrap_err();
        assert_eq!(format!("{error:?}"), "PanicError('boom')");
        assert!(error.is::<PanicError>());
        asyncio::Ok(())
    })
}

#[test]
fn to_thread_calls_once_each() -> Result<()> {
    asyncio::run(async {
        let calls = Arc::new(AtomicUsize::new(0));
        let call = || {
            let calls = Arc::clone(&calls);
            to_thread(move || asyncio::Ok(calls.fetch_add(1, Ordering::SeqCst)))
        };
        // It is a coroutine: nothing happens until it is awaited.
        drop(call());
        gather_all((0..10).map(|_| call())).await?;
        assert_eq!(calls.load(Ordering::SeqCst), 10);
        assert_eq!(Arc::strong_count(&calls), 1);
        asyncio::Ok(())
    })
}

#[test]
fn to_thread_carries_context_variables_there_and_not_back() -> Result<()> {
    static BIRD: ContextVar<&str> = ContextVar::with_default("bird", "none");
    asyncio::run(async {
        BIRD.set("parrot");
        let seen = to_thread(|| {
            let seen = BIRD.get()?;
            BIRD.set("dead");
            asyncio::Ok((seen, BIRD.get()?))
        });
        assert_eq!(seen.await?, ("parrot", "dead"));
        assert_eq!(BIRD.get()?, "parrot");
        // The thread itself keeps nothing, and an executor carries nothing.
        let seen = get_running_loop().run_in_executor(None, || BIRD.get())?;
        assert_eq!(seen.await?, "none");
        asyncio::Ok(())
    })
}

#[test]
fn what_cannot_be_cloned_or_shared_crosses() -> Result<()> {
    struct Only(Cell<i32>);
    asyncio::run(async {
        let only = Only(Cell::new(1));
        let only = to_thread(move || {
            only.0.set(only.0.get() + 1);
            asyncio::Ok(only)
        });
        assert_eq!(only.await?.0.get(), 2);
        asyncio::Ok(())
    })
}

// run_in_executor.

#[test]
fn the_default_executor_is_made_when_needed() -> Result<()> {
    asyncio::run(async {
        let (gate, function) = gate();
        let name = move || {
            function()?;
            asyncio::Ok(thread::current().name().map(str::to_owned))
        };
        let future = get_running_loop().run_in_executor(None, name)?;
        assert_eq!(format!("{future:?}"), "<Future pending cb=[_call_check_cancel()]>");
        gate.open();
        assert_eq!(future.await?.as_deref(), Some("asyncio_0"));
        asyncio::Ok(())
    })
}

#[test]
fn an_executor_may_be_given_or_set() -> Result<()> {
    fn name() -> Result<Option<String>> {
        Ok(thread::current().name().map(str::to_owned))
    }
    fn pool(prefix: &str) -> ThreadPoolExecutor {
        ThreadPoolExecutor::with(ThreadPoolOptions::new().thread_name_prefix(prefix))
    }
    asyncio::run(async {
        let loop_ = get_running_loop();
        let given = pool("given");
        let future = loop_.run_in_executor(Some(&given), name)?;
        assert_eq!(future.await?.as_deref(), Some("given_0"));
        given.shutdown(true, false)?;

        let (first, second) = (pool("first"), pool("second"));
        loop_.set_default_executor(first.clone());
        assert_eq!(loop_.run_in_executor(None, name)?.await?.as_deref(), Some("first_0"));
        loop_.set_default_executor(second);
        assert_eq!(loop_.run_in_executor(None, name)?.await?.as_deref(), Some("second_0"));
        // The first one was replaced, not shut down.
        first.submit(name)?.result(None)?;
        asyncio::Ok(())
    })
}

#[test]
fn jobs_of_a_foreign_executor_are_awaited_too() -> Result<()> {
    /// Runs at once, or not at all.
    struct Inline {
        runs: bool,
    }
    impl Executor for Inline {
        fn execute(&self, job: Job) -> Result<()> {
            if self.runs {
                job.run();
            }
            Ok(())
        }
    }
    run_virtual(async {
        let loop_ = get_running_loop();
        let future = loop_.run_in_executor(Some(&Inline { runs: true }), || asyncio::Ok(1))?;
        assert_eq!(format!("{future:?}"), "<Future finished result=1>");
        assert_eq!(future.await?, 1);
        let future = loop_.run_in_executor(Some(&Inline { runs: false }), || asyncio::Ok(1))?;
        assert!(future.cancelled());
        // Neither is left to wait for: virtual time passes.
        sleep(10).await
    })
}

#[test]
fn a_system_exit_in_a_thread_is_the_futures_exception() -> Result<()> {
    asyncio::run(async {
        let future = get_running_loop().run_in_executor(None, || Err::<(), _>(SystemExit(3)))?;
        while !future.done() {
            sleep(0).await?;
        }
        assert_eq!(format!("{future:?}"), "<Future finished exception=SystemExit(3)>");
        assert_eq!(format!("{:?}", future.exception()?), "Some(SystemExit(3))");
        asyncio::Ok(())
    })
}

#[test]
fn cancelling_stops_only_what_did_not_begin() -> Result<()> {
    asyncio::run(async {
        let loop_ = get_running_loop();
        let pool = single();
        let ran = Arc::new(AtomicUsize::new(0));
        let (gate, function) = gate();
        let running = loop_.run_in_executor(Some(&pool), function)?;
        gate.wait();
        let count = Arc::clone(&ran);
        let queued = loop_.run_in_executor(Some(&pool), move || {
            asyncio::Ok(count.fetch_add(1, Ordering::SeqCst))
        })?;
        assert!(running.cancel() && queued.cancel());
        assert_eq!(Arc::strong_count(&ran), 2);
        // The thread's side is cancelled one iteration later.
        sleep(0).await?;
        gate.open();
        pool.shutdown(true, false)?;
        sleep(0).await?;
        assert!(running.cancelled() && queued.cancelled());
        assert_eq!((ran.load(Ordering::SeqCst), Arc::strong_count(&ran)), (0, 1));
        asyncio::Ok(())
    })
}

#[test]
fn executors_that_are_shut_down_refuse() -> Result<()> {
    asyncio::run(async {
        let loop_ = get_running_loop();
        let pool = single();
        pool.shutdown(true, false)?;
        let error = loop_.run_in_executor(Some(&pool), || asyncio::Ok(())).unwrap_err();
        assert_eq!(error.to_string(), "cannot schedule new futures after shutdown");

        // There is none to shut down, and still there will be none.
        loop_.shutdown_default_executor(None).await?;
        let refused = "RuntimeError('Executor shutdown has been called')";
        let error = loop_.run_in_executor(None, || asyncio::Ok(())).unwrap_err();
        assert_eq!(format!("{error:?}"), refused);
        let error = to_thread(|| asyncio::Ok(())).await.unwrap_err();
        assert_eq!(format!("{error:?}"), refused);
        loop_.set_default_executor(single());
        assert!(loop_.run_in_executor(None, || asyncio::Ok(())).is_err());
        // One that is given is not asked about.
        let pool = single();
        assert_eq!(loop_.run_in_executor(Some(&pool), || asyncio::Ok(3))?.await?, 3);
        asyncio::Ok(())
    })
}

#[test]
fn a_closed_loop_runs_nothing() -> Result<()> {
    let loop_ = asyncio::new_event_loop();
    loop_.close()?;
    let text = panic_of(|| loop_.run_in_executor(None, || asyncio::Ok(())));
    assert_eq!(text, "Event loop is closed");
    Ok(())
}

// The end of the default executor.

#[test]
fn the_shutdown_joins_the_threads() -> Result<()> {
    asyncio::run(async {
        let loop_ = get_running_loop();
        let (gate, function) = gate();
        let future = loop_.run_in_executor(None, function)?;
        gate.wait();
        let ticks = Rc::new(Cell::new(0));
        let count = Rc::clone(&ticks);
        let opener = create_task(async move {
            for _ in 0..3 {
                sleep(0).await?;
                count.set(count.get() + 1);
            }
            gate.open();
            asyncio::Ok(())
        });
        loop_.shutdown_default_executor(5).await?;
        // The loop went on meanwhile.
        assert_eq!(ticks.get(), 3);
        opener.await?;
        assert_eq!(future.await?, "through");
        asyncio::Ok(())
    })
}

#[test]
fn the_shutdown_has_a_limit() -> Result<()> {
    let logged = Logged::start();
    asyncio::run(async move {
        let loop_ = get_running_loop();
        let (gate, function) = gate();
        let future = loop_.run_in_executor(None, function)?;
        gate.wait();
        loop_.shutdown_default_executor(0.01).await?;
        let text = "RuntimeWarning: The executor did not finishing joining its threads within \
                    0.01 seconds.";
        assert_eq!(logged.take(), [text]);
        loop_.shutdown_default_executor(0).await?;
        assert_eq!(logged.take(), [text.replace("0.01", "0")]);
        // What runs still counts.
        gate.open();
        assert_eq!(future.await?, "through");
        asyncio::Ok(())
    })
}

/// An executor whose shutdown goes wrong.
struct Failing;

impl Executor for Failing {
    fn execute(&self, job: Job) -> Result<()> {
        drop(job);
        Ok(())
    }

    fn shutdown(&self, wait: bool, _cancel_futures: bool) -> Result<()> {
        Err(ValueError(if wait { "while waiting" } else { "without waiting" }))
    }
}

#[test]
fn a_failing_shutdown_is_raised() -> Result<()> {
    let loop_ = asyncio::new_event_loop();
    loop_.set_default_executor(Failing);
    let own = loop_.clone();
    let shutdown = async move { own.shutdown_default_executor(None).await };
    let error = loop_.run_until_complete(shutdown).unwrap_err();
    assert_eq!(format!("{error:?}"), "ValueError('while waiting')");
    let error = loop_.close().unwrap_err();
    assert_eq!(format!("{error:?}"), "ValueError('without waiting')");
    assert!(loop_.is_closed());
    loop_.close()
}

#[test]
fn run_waits_for_the_threads_at_its_end() -> Result<()> {
    let done = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&done);
    asyncio::run(async move {
        let (gate, function) = gate();
        let job = move || {
            function()?;
            asyncio::Ok(count.fetch_add(1, Ordering::SeqCst))
        };
        get_running_loop().run_in_executor(None, job)?;
        gate.wait();
        // Only when nothing else is left to do.
        get_running_loop().call_later(0.001, move || gate.open());
        asyncio::Ok(())
    })?;
    assert_eq!(done.load(Ordering::SeqCst), 1);
    Ok(())
}

#[test]
fn closing_the_loop_does_not_wait() -> Result<()> {
    let loop_ = asyncio::new_event_loop();
    let pool = single();
    loop_.set_default_executor(pool.clone());
    let (gate, function) = gate();
    let future = loop_.run_in_executor(None, function)?;
    gate.wait();
    loop_.close()?;
    assert!(pool.submit(|| asyncio::Ok(())).is_err());
    gate.open();
    pool.shutdown(true, false)?;
    // Nobody hears of it.
    assert!(!future.done());
    Ok(())
}
