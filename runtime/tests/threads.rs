//! Threads and the loop: `to_thread`, `run_in_executor`, `wrap_future` and
//! `run_coroutine_threadsafe`. Every text is CPython's.
#![forbid(unsafe_code)]

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;

use asyncio::__private::set_log_sink;
use asyncio::concurrent::{self, Executor, Job, ThreadPoolExecutor, ThreadPoolOptions};
use asyncio::{
    AssertionError, CancelledError, ContextVar, EventLoop, InvalidStateError, LoopHandle,
    PanicError, Result, RuntimeError, SystemExit, TimeoutError, ValueError, all_tasks, create_task,
    gather_all, get_running_loop, run_coroutine_threadsafe, sleep, to_thread, wrap_future,
    wrap_future_with,
};

/// What is logged on this thread.
#[derive(Clone, Default)]
struct Logged(Rc<RefCell<Vec<String>>>);

impl Logged {
    fn start() -> Self {
        let logged = Self::default();
        let lines = Rc::clone(&logged.0);
        set_log_sink(Some(Rc::new(move |text| lines.borrow_mut().push(cut(text)))));
        logged
    }

    fn take(&self) -> Vec<String> {
        self.0.take()
    }
}

/// Cuts the addresses out of a text.
fn cut(text: &str) -> String {
    let mut pieces = text.split(" at 0x");
    let first = pieces.next().unwrap_or_default().to_owned();
    let rest = pieces.map(|piece| piece.trim_start_matches(|c: char| c.is_ascii_hexdigit()));
    rest.fold(first, |text, piece| text + piece)
}

/// A function that ends when it is told to.
fn gate() -> (Gate, impl FnOnce() -> Result<&'static str> + Send) {
    let (began, has_begun) = channel();
    let (end, may_end) = channel::<()>();
    let function = move || {
        let _ = began.send(());
        let _ = may_end.recv();
        Ok("through")
    };
    (Gate { has_begun, end }, function)
}

struct Gate {
    has_begun: Receiver<()>,
    end: Sender<()>,
}

impl Gate {
    /// Waits until the function runs.
    fn wait(&self) {
        self.has_begun.recv().expect("the function runs");
    }

    fn open(&self) {
        let _ = self.end.send(());
    }
}

fn single() -> ThreadPoolExecutor {
    ThreadPoolExecutor::with(ThreadPoolOptions::new().max_workers(1))
}

/// Runs `main` on a loop whose time is virtual, and closes that.
fn run_virtual<M: Future<Output = Result<()>> + 'static>(main: M) -> Result<()> {
    asyncio::run_with(main, asyncio::RunOptions::new().loop_factory(EventLoop::with_virtual_clock))
}

/// Runs one iteration, which does not wait.
fn run_once(loop_: &EventLoop) -> Result<()> {
    loop_.stop();
    loop_.run_forever()
}

/// The text of the panic that `function` ends in.
fn panic_of<T>(function: impl FnOnce() -> T) -> String {
    let Err(payload) = catch_unwind(AssertUnwindSafe(function)) else { panic!("it did not panic") };
    payload.downcast_ref::<String>().expect("a text").clone()
}

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

// wrap_future.

#[test]
fn a_wrapped_future_is_done_when_the_thread_is() -> Result<()> {
    let loop_ = asyncio::new_event_loop();
    let pool = single();
    let job = || asyncio::Ok(("oi", thread::current().id()));
    let wrapped = wrap_future_with(pool.submit(job)?, &loop_);
    assert!(asyncio::isfuture(&wrapped));
    let (text, there) = loop_.run_until_complete(wrapped)?;
    assert_eq!(text, "oi");
    assert_ne!(there, thread::current().id());

    // It may have been done before.
    let future = concurrent::Future::new();
    future.set_result(1)?;
    assert_eq!(loop_.run_until_complete(wrap_future_with(future, &loop_))?, 1);
    pool.shutdown(true, false)?;
    loop_.close()
}

#[test]
fn wrapping_finds_its_loop() -> Result<()> {
    let loop_ = asyncio::new_event_loop();
    let running = loop_
        .run_until_complete(async { asyncio::Ok(wrap_future(concurrent::Future::<()>::new())) });
    assert_eq!(running?.get_loop(), loop_);

    asyncio::set_event_loop(Some(&loop_));
    assert_eq!(wrap_future(concurrent::Future::<()>::new()).get_loop(), loop_);
    asyncio::set_event_loop(None);
    let text = panic_of(|| wrap_future(concurrent::Future::<()>::new()));
    assert!(text.starts_with("There is no current event loop in thread '"), "{text}");
    loop_.close()
}

#[test]
fn the_thread_that_runs_the_loop_delivers_in_place() -> Result<()> {
    let loop_ = asyncio::new_event_loop();
    let future = concurrent::Future::new();
    let wrapped = wrap_future_with(future.clone(), &loop_);
    // The loop is not running: the news waits in its queue.
    future.set_result(1)?;
    assert_eq!(format!("{wrapped:?}"), "<Future pending cb=[_call_check_cancel()]>");
    run_once(&loop_)?;
    assert_eq!(format!("{wrapped:?}"), "<Future finished result=1>");

    loop_.run_until_complete(async {
        let future = concurrent::Future::new();
        let wrapped = wrap_future(future.clone());
        future.set_result(2)?;
        assert_eq!(format!("{wrapped:?}"), "<Future finished result=2>");
        asyncio::Ok(())
    })?;
    loop_.close()
}

#[test]
fn a_cancellation_reaches_the_thread_one_iteration_later() -> Result<()> {
    let loop_ = asyncio::new_event_loop();
    let future = concurrent::Future::<()>::new();
    let calls = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&calls);
    future.add_done_callback(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
    });
    let wrapped = wrap_future_with(future.clone(), &loop_);
    wrapped.cancel();
    assert!(wrapped.cancelled() && !future.cancelled());
    run_once(&loop_)?;
    assert!(future.cancelled());
    assert_eq!(calls.load(Ordering::SeqCst), 1);

    // Too late: the thread is through.
    let future = concurrent::Future::new();
    let wrapped = wrap_future_with(future.clone(), &loop_);
    future.set_result(42)?;
    wrapped.cancel();
    run_once(&loop_)?;
    assert!(wrapped.cancelled() && !future.cancelled());
    assert_eq!(future.result(0)?, 42);
    loop_.close()
}

#[test]
fn the_future_stays_alive_for_whoever_wants_to_hear_of_it() -> Result<()> {
    let loop_ = asyncio::new_event_loop();
    let calls = Arc::new(AtomicUsize::new(0));

    // The thread's side is held by the loop's.
    let future = concurrent::Future::<()>::new();
    let count = Arc::clone(&calls);
    future.add_done_callback(move |_| count.fetch_add(1, Ordering::SeqCst) == 0);
    let wrapped = wrap_future_with(future, &loop_);
    wrapped.cancel();
    run_once(&loop_)?;
    assert_eq!(calls.load(Ordering::SeqCst), 1);

    // And the loop's side by the thread's.
    let future = concurrent::Future::new();
    let count = Arc::clone(&calls);
    wrap_future_with(future.clone(), &loop_)
        .add_done_callback(move |_| count.fetch_add(1, Ordering::SeqCst) == 0);
    future.set_result(())?;
    run_once(&loop_)?;
    run_once(&loop_)?;
    assert_eq!(calls.load(Ordering::SeqCst), 2);
    assert_eq!(Arc::strong_count(&calls), 1);
    loop_.close()
}

#[test]
fn exceptions_change_sides() -> Result<()> {
    asyncio::run(async {
        let wrapped = |error| {
            let future = concurrent::Future::<()>::new();
            let wrapped = wrap_future(future.clone());
            future.set_exception(error).map(|()| wrapped)
        };
        let future = wrapped(concurrent::CancelledError())?;
        assert_eq!(format!("{future:?}"), "<Future finished exception=CancelledError()>");
        assert!(future.exception()?.is_some_and(|error| error.is::<CancelledError>()));
        let future = wrapped(concurrent::InvalidStateError("q"))?;
        assert_eq!(format!("{future:?}"), "<Future finished exception=InvalidStateError('q')>");
        assert!(future.exception()?.is_some_and(|error| error.is::<InvalidStateError>()));
        let error = ValueError("same");
        let future = wrapped(error.clone())?;
        assert!(future.exception()?.is_some_and(|its| its.is_same(&error)));

        let cancelled = concurrent::Future::<()>::new();
        let wrapped = wrap_future(cancelled.clone());
        cancelled.cancel();
        assert_eq!(format!("{wrapped:?}"), "<Future cancelled>");
        asyncio::Ok(())
    })
}

#[test]
fn nobody_else_may_end_a_wrapped_future() -> Result<()> {
    let logged = Logged::start();
    let log = logged.clone();
    asyncio::run(async move {
        let future = concurrent::Future::new();
        let wrapped = wrap_future(future.clone());
        wrapped.set_result(1)?;
        future.set_result(2)?;
        let text = "exception calling callback for <Future state=finished returned int>";
        assert_eq!(log.take(), [format!("{text}\nAssertionError")]);

        let messages = Rc::new(RefCell::new(Vec::new()));
        let heard = Rc::clone(&messages);
        get_running_loop().set_exception_handler(move |_, context| {
            let is_assertion =
                context.exception.as_ref().is_some_and(|error| error.is::<AssertionError>());
            heard.borrow_mut().push((context.message.clone(), is_assertion));
        });
        let future = concurrent::Future::new();
        let wrapped = wrap_future(future.clone());
        wrapped.set_result(1)?;
        thread::spawn(move || future.set_result(3)).join().unwrap()?;
        sleep(0).await?;
        sleep(0).await?;
        assert_eq!(*messages.borrow(), [("Exception in callback _set_state()".to_owned(), true)]);
        asyncio::Ok(())
    })?;
    assert_eq!(logged.take(), [""; 0]);
    Ok(())
}

#[test]
fn nothing_is_delivered_to_a_closed_loop() -> Result<()> {
    let loop_ = asyncio::new_event_loop();
    let future = concurrent::Future::new();
    let wrapped = wrap_future_with(future.clone(), &loop_);
    loop_.close()?;
    future.set_result(1)?;
    assert!(!wrapped.done());
    // What was queued before goes with the loop.
    let loop_ = asyncio::new_event_loop();
    let (future, late) = (concurrent::Future::new(), Arc::new(()));
    let wrapped = wrap_future_with(future.clone(), &loop_);
    future.set_result(Arc::clone(&late))?;
    drop(future);
    loop_.close()?;
    drop((loop_, wrapped));
    assert_eq!(Arc::strong_count(&late), 1);
    Ok(())
}

// run_coroutine_threadsafe.

async fn add(a: i32, b: i32) -> Result<i32> {
    sleep(0.05).await?;
    Ok(a + b)
}

/// Runs `make` on the loop behind `loop_` from another thread, and waits there.
async fn from_a_thread<M, A>(make: M) -> Result<i32>
where
    M: FnOnce() -> A + Send + 'static,
    A: Future<Output = Result<i32>> + 'static,
{
    let loop_ = get_running_loop().handle();
    to_thread(move || run_coroutine_threadsafe(make, &loop_).result(None)).await
}

#[test]
fn a_thread_runs_a_coroutine_on_the_loop() -> Result<()> {
    run_virtual(async {
        let loop_ = get_running_loop();
        assert_eq!(from_a_thread(|| add(1, 2)).await?, 3);
        assert_eq!(loop_.time(), 0.05);

        let error = from_a_thread(|| async { Err(RuntimeError("Fail!")) }).await.unwrap_err();
        assert_eq!(format!("{error:?}"), "RuntimeError('Fail!')");

        // It need not be `Send`.
        let shared = from_a_thread(|| async {
            let shared = Rc::new(Cell::new(4));
            sleep(0).await?;
            Ok(shared.get())
        });
        assert_eq!(shared.await?, 4);
        asyncio::Ok(())
    })
}

#[test]
fn a_cancelled_coroutine_cancels_the_future() -> Result<()> {
    run_virtual(async {
        let cancelled = from_a_thread(|| async {
            let task = asyncio::current_task().expect("a task");
            task.cancel();
            sleep(0).await?;
            Ok(0)
        });
        // What reaches the thread is the other class; on the way back it is ours again, yet an
        // exception of the future and no cancellation of the task that awaits it.
        let error = cancelled.await.unwrap_err();
        assert!(error.is::<CancelledError>());
        asyncio::Ok(())
    })
}

#[test]
fn a_thread_may_stop_waiting() -> Result<()> {
    run_virtual(async {
        let loop_ = get_running_loop().handle();
        let error = to_thread(move || {
            let future = run_coroutine_threadsafe(|| add(1, 2), &loop_);
            let outcome = future.result(0);
            assert!(future.done() || future.cancel());
            outcome
        })
        .await
        .unwrap_err();
        assert!(error.is::<TimeoutError>());
        // The task goes with it, sooner than its own sleep would end.
        while all_tasks().len() > 1 {
            sleep(0).await?;
        }
        assert_eq!(get_running_loop().time(), 0.0);
        asyncio::Ok(())
    })
}

#[test]
fn cancelling_the_future_cancels_the_task() -> Result<()> {
    asyncio::run(async {
        let loop_ = get_running_loop().handle();
        let future = run_coroutine_threadsafe(|| sleep(10), &loop_);
        sleep(0).await?;
        let task = all_tasks().pop().expect("the new one");
        let text = "coro=<sleep() running> wait_for=<Future pending cb=[Task.task_wakeup()]> \
                    cb=[_call_set_state()]>";
        let repr = format!("{task:?}");
        assert!(repr.starts_with("<Task pending name='Task-"), "{repr}");
        sleep(0).await?;
        let repr = format!("{task:?}");
        assert!(repr.ends_with(text), "{repr}");
        assert!(future.cancel());
        assert_eq!(task.cancelling(), 1);
        sleep(0).await?;
        sleep(0).await?;
        assert!(task.cancelled() && future.cancelled());

        // Before it began.
        let future = run_coroutine_threadsafe(|| sleep(10), &loop_);
        assert!(future.cancel());
        sleep(0).await?;
        let task = all_tasks().pop().expect("the new one");
        assert_eq!(task.cancelling(), 1);
        sleep(0).await?;
        assert!(task.cancelled());
        asyncio::Ok(())
    })
}

#[test]
fn a_failure_to_make_the_coroutine_reaches_both_sides() -> Result<()> {
    asyncio::run(async {
        let messages = Rc::new(RefCell::new(Vec::new()));
        let heard = Rc::clone(&messages);
        let loop_ = get_running_loop();
        loop_.set_exception_handler(move |_, context| {
            heard.borrow_mut().push((context.message.clone(), context.exception.clone()));
        });
        fn make() -> std::future::Ready<Result<()>> {
            panic!("no coroutine")
        }
        let future = run_coroutine_threadsafe(make, &loop_.handle());
        let cancelled = run_coroutine_threadsafe(make, &loop_.handle());
        assert!(cancelled.cancel());
        sleep(0).await?;
        sleep(0).await?;
        let error = future.exception(0)?.expect("it failed");
        assert_eq!(format!("{error:?}"), "PanicError('no coroutine')");
        assert!(cancelled.cancelled());
        let messages = messages.take();
        assert_eq!(messages.len(), 2);
        for (message, _) in &messages {
            assert_eq!(message, "Exception in callback callback()");
        }
        assert!(messages[0].1.as_ref().is_some_and(|its| its.is_same(&error)));
        asyncio::Ok(())
    })
}

#[test]
fn only_coroutines_are_taken() -> Result<()> {
    let loop_ = asyncio::new_event_loop();
    let handle = loop_.handle();
    let make = || asyncio::Future::<()>::new();
    let text = panic_of(|| run_coroutine_threadsafe(make, &handle));
    assert_eq!(text, "A coroutine object is required");
    loop_.close()
}

#[test]
fn a_coroutine_sees_the_context_of_the_thread() -> Result<()> {
    static USER: ContextVar<i32> = ContextVar::with_default("user", 0);
    run_virtual(async {
        USER.set(1);
        let loop_ = get_running_loop().handle();
        let thread = move || {
            USER.set(2);
            run_coroutine_threadsafe(|| async { USER.get() }, &loop_).result(None)
        };
        assert_eq!(to_thread(thread).await?, 2);
        assert_eq!(USER.get()?, 1);
        asyncio::Ok(())
    })
}

#[test]
fn a_closed_loop_leaves_no_thread_waiting() -> Result<()> {
    const TEXT: &str = "RuntimeError('Event loop is closed')";
    let _quiet = Logged::start();
    let error = |future: &concurrent::Future<i32>| format!("{:?}", future.result(5).unwrap_err());

    let loop_ = asyncio::new_event_loop();
    let handle = loop_.handle();
    let started = handle.run_coroutine_threadsafe(|| add(1, 2));
    run_once(&loop_)?;
    run_once(&loop_)?;
    let queued = handle.run_coroutine_threadsafe(|| add(1, 2));
    let waiting = thread::spawn({
        let handle = handle.clone();
        move || handle.run_coroutine_threadsafe(|| add(1, 2))
    });
    let sent = waiting.join().unwrap();
    let cancelled = handle.run_coroutine_threadsafe(|| add(1, 2));
    cancelled.cancel();
    loop_.close()?;
    assert_eq!([error(&started), error(&queued), error(&sent)], [TEXT; 3]);
    assert_eq!(error(&cancelled), "CancelledError()");
    assert_eq!(error(&handle.run_coroutine_threadsafe(|| add(1, 2))), TEXT);
    Ok(())
}

#[test]
fn a_loop_that_is_dropped_is_closed_all_the_same() -> Result<()> {
    let _quiet = Logged::start();
    let loop_ = asyncio::new_event_loop();
    let future = loop_.handle().run_coroutine_threadsafe(|| add(1, 2));
    run_once(&loop_)?;
    drop(loop_);
    assert_eq!(future.result(5).unwrap_err().to_string(), "Event loop is closed");
    Ok(())
}

// The virtual clock.

/// Opens a gate, with plenty of time before for a clock that would jump.
fn open_late(gate: &Gate) {
    gate.wait();
    for _ in 0..1000 {
        thread::yield_now();
    }
    gate.open();
}

#[test]
fn virtual_time_stands_still_while_a_thread_works() -> Result<()> {
    run_virtual(async {
        let loop_ = get_running_loop();
        let order = Rc::new(RefCell::new(Vec::new()));
        let late = Rc::clone(&order);
        loop_.call_later(1, move || late.borrow_mut().push("timer"));
        let (gate, function) = gate();
        let opener = thread::spawn(move || open_late(&gate));
        assert_eq!(to_thread(function).await?, "through");
        order.borrow_mut().push("thread");
        assert_eq!(loop_.time(), 0.0);
        sleep(2).await?;
        assert_eq!(*order.borrow(), ["thread", "timer"]);
        assert_eq!(loop_.time(), 2.0);
        opener.join().unwrap();

        // A future that no thread works on holds nothing up.
        let future = concurrent::Future::new();
        let wrapped = wrap_future(future.clone());
        loop_.call_later(3, move || future.set_result("by a timer"));
        assert_eq!(wrapped.await?, "by a timer");
        assert_eq!(loop_.time(), 5.0);
        asyncio::Ok(())
    })
}

#[test]
fn virtual_time_passes_for_a_thread_that_waits_for_the_loop() -> Result<()> {
    fn wait_twice(loop_: &LoopHandle) -> Result<()> {
        loop_.run_coroutine_threadsafe(|| sleep(3600)).result(None)?;
        loop_.run_coroutine_threadsafe(|| sleep(3600)).result(60)
    }
    run_virtual(async {
        let loop_ = get_running_loop();
        let handle = loop_.handle();
        to_thread(move || wait_twice(&handle)).await?;
        assert_eq!(loop_.time(), 7200.0);

        // One that waits does not stand for another that works.
        let handle = loop_.handle();
        let waiting = create_task(to_thread(move || wait_twice(&handle)));
        let (gate, function) = gate();
        let working = loop_.run_in_executor(None, function)?;
        let opener = thread::spawn(move || open_late(&gate));
        working.await?;
        assert_eq!(loop_.time(), 7200.0);
        opener.join().unwrap();
        waiting.await?;
        assert_eq!(loop_.time(), 14400.0);
        asyncio::Ok(())
    })
}

#[test]
fn a_thread_that_gave_up_waiting_works_again() -> Result<()> {
    run_virtual(async {
        let loop_ = get_running_loop();
        let handle = loop_.handle();
        let (gate, function) = gate();
        let opener = thread::spawn(move || open_late(&gate));
        let later = to_thread(move || {
            let never = || async { asyncio::Future::<()>::new().await };
            let future = handle.run_coroutine_threadsafe(never);
            assert!(future.result(0.01).unwrap_err().is::<TimeoutError>());
            assert!(future.cancel());
            let later = handle.run_coroutine_threadsafe(|| sleep(5));
            function()?;
            asyncio::Ok(later)
        });
        let later = later.await?;
        assert_eq!(loop_.time(), 0.0);
        opener.join().unwrap();
        wrap_future(later).await?;
        assert_eq!(loop_.time(), 5.0);
        asyncio::Ok(())
    })
}

#[test]
fn a_virtual_loop_joins_its_threads_at_the_end() -> Result<()> {
    let done = Arc::new(Mutex::new(false));
    let set = Arc::clone(&done);
    run_virtual(async move {
        let (gate, function) = gate();
        get_running_loop().run_in_executor(None, move || {
            let outcome = function();
            *set.lock().unwrap() = true;
            outcome
        })?;
        thread::spawn(move || open_late(&gate));
        asyncio::Ok(())
    })?;
    // Not even 300 virtual seconds were over before it was.
    assert!(*done.lock().unwrap());
    Ok(())
}
