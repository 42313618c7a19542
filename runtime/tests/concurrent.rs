//! Futures and executors of threads; every text is CPython's.
#![forbid(unsafe_code)]

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;

use asyncio::__private::set_log_sink;
use asyncio::concurrent::{
    self, BrokenExecutor, BrokenThreadPool, Executor, Future, Job, ThreadPoolExecutor,
    ThreadPoolOptions, submit,
};
use asyncio::{
    Exception, KeyboardInterrupt, OSError, PanicError, Result, RuntimeError, SystemExit, ValueError,
};

/// What was logged on the threads that log here.
#[derive(Clone, Default)]
struct Logged(Arc<Mutex<Vec<String>>>);

impl Logged {
    fn start() -> Self {
        let logged = Self::default();
        logged.listen();
        logged
    }

    /// Takes in what this thread logs, too.
    fn listen(&self) {
        let lines = Arc::clone(&self.0);
        set_log_sink(Some(Rc::new(move |text| lines.lock().unwrap().push(cut(text)))));
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

/// Cuts the addresses out of a text.
fn cut(text: &str) -> String {
    let mut pieces = text.split(" at 0x");
    let first = pieces.next().unwrap_or_default().to_owned();
    let rest = pieces.map(|piece| piece.trim_start_matches(|c: char| c.is_ascii_hexdigit()));
    rest.fold(first, |text, piece| text + piece)
}

fn repr<T>(future: &Future<T>) -> String {
    cut(&format!("{future:?}"))
}

/// A pool of one thread.
fn single() -> ThreadPoolExecutor {
    ThreadPoolExecutor::with(ThreadPoolOptions::new().max_workers(1).thread_name_prefix("one"))
}

/// A job that says when it runs and ends when it is told to.
fn gate() -> (Gate, impl FnOnce() -> Result<&'static str> + Send) {
    let (began, has_begun) = channel();
    let (end, may_end) = channel::<()>();
    let job = move || {
        let _ = began.send(());
        let _ = may_end.recv();
        Ok("through")
    };
    (Gate { has_begun, end }, job)
}

struct Gate {
    has_begun: Receiver<()>,
    end: Sender<()>,
}

impl Gate {
    fn wait(&self) {
        self.has_begun.recv().expect("the job runs");
    }

    fn open(self) {
        let _ = self.end.send(());
    }
}

#[test]
fn reprs_are_pythons() -> Result<()> {
    let future = Future::new();
    assert_eq!(repr(&future), "<Future state=pending>");
    assert!(future.set_running_or_notify_cancel()?);
    assert_eq!(repr(&future), "<Future state=running>");
    future.set_result(3)?;
    assert_eq!(repr(&future), "<Future state=finished returned int>");

    let cancelled = Future::<()>::new();
    cancelled.cancel();
    assert_eq!(repr(&cancelled), "<Future state=cancelled>");
    assert!(!cancelled.set_running_or_notify_cancel()?);
    assert_eq!(repr(&cancelled), "<Future state=cancelled>");

    fn of<T>(value: T) -> String {
        let future = Future::new();
        future.set_result(value).expect("it is pending");
        repr(&future)
    }
    assert_eq!(of(()), "<Future state=finished returned NoneType>");
    assert_eq!(of(true), "<Future state=finished returned bool>");
    assert_eq!(of(1.5), "<Future state=finished returned float>");
    assert_eq!(of("text"), "<Future state=finished returned str>");
    assert_eq!(of(String::new()), "<Future state=finished returned str>");
    assert_eq!(of(vec![1_u8]), "<Future state=finished returned Vec<u8>>");
    assert_eq!(of(Some(std::io::Empty::default)).matches("::io::").count(), 1);

    let failed = Future::<()>::new();
    failed.set_exception(ValueError("x"))?;
    assert_eq!(repr(&failed), "<Future state=finished raised ValueError>");
    let failed = Future::<()>::new();
    failed.set_exception(concurrent::CancelledError())?;
    assert_eq!(repr(&failed), "<Future state=finished raised CancelledError>");
    let failed = Future::<()>::new();
    failed.set_exception(std::fmt::Error)?;
    assert_eq!(repr(&failed), "<Future state=finished raised Error>");
    Ok(())
}

#[test]
fn a_future_ends_once() -> Result<()> {
    let future = Future::new();
    future.set_result(3)?;
    let error = future.set_result(4).unwrap_err();
    let text = "InvalidStateError('FINISHED: <Future state=finished returned int>')";
    assert_eq!(cut(&format!("{error:?}")), text);
    assert!(error.is::<concurrent::InvalidStateError>() && error.is::<Exception>());
    assert!(!error.is::<asyncio::InvalidStateError>());
    assert_eq!(error.class_name(), "concurrent.futures._base.InvalidStateError");
    assert_eq!(future.result(None)?, 3);

    let future = Future::<()>::new();
    future.set_exception(ValueError("x"))?;
    let error = future.set_exception(ValueError("y")).unwrap_err();
    assert_eq!(cut(&error.to_string()), "FINISHED: <Future state=finished raised ValueError>");
    assert_eq!(future.result(None).unwrap_err().to_string(), "x");

    let future = Future::new();
    assert!(future.cancel());
    let error = future.set_result(4).unwrap_err();
    assert_eq!(cut(&error.to_string()), "CANCELLED: <Future state=cancelled>");
    assert!(!future.set_running_or_notify_cancel()?);
    let error = future.set_exception(ValueError("y")).unwrap_err();
    assert_eq!(cut(&error.to_string()), "CANCELLED_AND_NOTIFIED: <Future state=cancelled>");
    Ok(())
}

#[test]
fn a_future_runs_once() -> Result<()> {
    let logged = Logged::start();
    let future = Future::<()>::new();
    assert!(!future.running() && !future.done());
    assert!(future.set_running_or_notify_cancel()?);
    assert!(future.running() && !future.done() && !future.cancel());

    let error = future.set_running_or_notify_cancel().unwrap_err();
    assert_eq!(format!("{error:?}"), "RuntimeError('Future in unexpected state')");
    let id = usize::from_str_radix(
        format!("{future:?}").split(['x', ' ']).nth(3).expect("the address"),
        16,
    )?;
    assert_eq!(logged.take(), [format!("Future {id} in unexpected state: RUNNING")]);

    future.set_result(())?;
    assert!(!future.running() && future.done() && !future.cancelled() && !future.cancel());
    assert!(future.set_running_or_notify_cancel().is_err());
    assert_eq!(logged.take(), [format!("Future {id} in unexpected state: FINISHED")]);
    Ok(())
}

#[test]
fn waiting_has_a_limit() -> Result<()> {
    let future = Future::<i32>::new();
    for error in [
        future.result(0).unwrap_err(),
        future.result(-1).unwrap_err(),
        future.take_result(0.001).unwrap_err(),
        future.exception(0).unwrap_err(),
    ] {
        assert_eq!(format!("{error:?}"), "TimeoutError()");
        assert!(error.is::<concurrent::TimeoutError>() && error.is::<OSError>());
    }

    let waiters: Vec<_> = [None, Some(1e9), Some(f64::INFINITY)]
        .into_iter()
        .map(|timeout| {
            let future = future.clone();
            thread::spawn(move || future.result(timeout))
        })
        .collect();
    future.set_result(5)?;
    for waiter in waiters {
        assert_eq!(waiter.join().unwrap()?, 5);
    }
    assert!(future.exception(0)?.is_none());
    Ok(())
}

#[test]
fn a_cancellation_is_no_cancelled_error_of_asyncio() {
    let future = Future::<i32>::new();
    assert!(future.cancel() && future.cancel());
    assert!(future.cancelled() && future.done());
    for error in [future.result(None).unwrap_err(), future.exception(None).unwrap_err()] {
        assert_eq!(format!("{error:?}"), "CancelledError()");
        assert!(error.is::<concurrent::CancelledError>() && error.is::<Exception>());
        assert!(!error.is::<asyncio::CancelledError>());
        assert_eq!(error.format_exception(), "concurrent.futures._base.CancelledError");
    }
}

#[test]
fn a_result_is_shared_or_moved_out() -> Result<()> {
    /// Not `Clone`, and not `Sync`.
    struct Only(Cell<i32>);

    let future = Future::new();
    future.set_result(Only(Cell::new(7)))?;
    assert_eq!(future.take_result(None)?.0.get(), 7);
    let Err(error) = future.take_result(None) else { panic!("it is gone") };
    assert!(error.is::<concurrent::InvalidStateError>());

    let future = Future::new();
    future.set_result(String::from("shared"))?;
    assert_eq!(future.result(None)?, "shared");
    assert_eq!(future.result(None)?, future.take_result(None)?);
    assert!(future.result(None).is_err());
    Ok(())
}

#[test]
fn no_lock_is_held_while_a_result_is_cloned() -> Result<()> {
    struct Curious(Arc<Mutex<Option<Future<Curious>>>>);
    impl Clone for Curious {
        fn clone(&self) -> Self {
            let future = self.0.lock().unwrap().clone();
            assert!(future.is_some_and(|future| future.done() && !repr(&future).is_empty()));
            Self(Arc::clone(&self.0))
        }
    }

    let link = Arc::new(Mutex::new(None));
    let future = Future::new();
    *link.lock().unwrap() = Some(future.clone());
    future.set_result(Curious(Arc::clone(&link)))?;
    future.result(None)?;
    link.lock().unwrap().take();
    Ok(())
}

#[test]
fn callbacks_are_called_in_order_by_whoever_ends_the_future() -> Result<()> {
    let future = Future::new();
    let calls = Arc::new(Mutex::new(Vec::new()));
    let note = |label: &'static str| {
        let calls = Arc::clone(&calls);
        move |future: &Future<i32>| {
            let result = future.result(0).map_err(|error| format!("{error:?}"));
            calls.lock().unwrap().push((label, result, thread::current().id()));
        }
    };
    future.add_done_callback(note("first"));
    future.add_done_callback(note("second"));
    let setter = future.clone();
    let ender = thread::spawn(move || setter.set_result(1));
    let ender_id = ender.thread().id();
    ender.join().unwrap()?;
    future.add_done_callback(note("late"));
    assert_eq!(
        *calls.lock().unwrap(),
        [
            ("first", Ok(1), ender_id),
            ("second", Ok(1), ender_id),
            ("late", Ok(1), thread::current().id()),
        ]
    );

    calls.lock().unwrap().clear();
    let future = Future::new();
    future.add_done_callback(note("cancelled"));
    assert!(future.cancel() && future.cancel());
    assert!(!future.set_running_or_notify_cancel()?);
    let error = Err("CancelledError()".to_owned());
    assert_eq!(*calls.lock().unwrap(), [("cancelled", error, thread::current().id())]);
    Ok(())
}

#[test]
fn a_callback_that_fails_is_logged() -> Result<()> {
    let logged = Logged::start();
    let calls = Arc::new(AtomicUsize::new(0));
    let future = Future::new();
    future.add_done_callback(|_| Err::<(), _>(ValueError("cb")));
    future.add_done_callback(|_| -> () { panic!("boom") });
    let count = Arc::clone(&calls);
    future.add_done_callback(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
    });
    future.set_result(3)?;
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    let head = "exception calling callback for <Future state=finished returned int>";
    assert_eq!(
        logged.take(),
        [format!("{head}\nValueError: cb"), format!("{head}\nasyncio.exceptions.PanicError: boom"),]
    );

    future.add_done_callback(|_| Err::<(), _>(ValueError("at once")));
    assert_eq!(logged.take(), [format!("{head}\nValueError: at once")]);
    Ok(())
}

#[test]
fn an_exit_out_of_a_callback_is_logged_too() -> Result<()> {
    let logged = Logged::start();
    let future = Future::new();
    future.add_done_callback(|_| Err::<(), _>(KeyboardInterrupt()));
    future.add_done_callback(|_| Err::<(), _>(SystemExit(3)));
    future.set_result(())?;
    let head = "exception calling callback for <Future state=finished returned NoneType>";
    assert_eq!(
        logged.take(),
        [format!("{head}\nKeyboardInterrupt"), format!("{head}\nSystemExit: 3")]
    );
    Ok(())
}

#[test]
fn callbacks_of_a_forgotten_future_are_dropped() {
    let guard = Arc::new(());
    let future = Future::<()>::new();
    let held = Arc::clone(&guard);
    future.add_done_callback(move |_| drop(held));
    assert_eq!(Arc::strong_count(&guard), 2);
    drop(future);
    assert_eq!(Arc::strong_count(&guard), 1);
}

#[test]
fn futures_are_equal_by_identity() {
    let future = Future::<()>::default();
    assert_eq!(future, future.clone());
    assert_ne!(future, Future::new());
}

#[test]
fn handles_cross_threads() {
    fn check<T: Send + Sync>() {}
    fn check_send<T: Send>() {}
    check::<Future<Cell<i32>>>();
    check::<ThreadPoolExecutor>();
    check::<Arc<dyn Executor>>();
    check_send::<Job>();
    check_send::<ThreadPoolOptions>();
}

/// Keeps the jobs it is given.
#[derive(Default)]
struct Collecting(Mutex<Vec<Job>>);

impl Executor for Collecting {
    fn execute(&self, job: Job) -> Result<()> {
        self.0.lock().unwrap().push(job);
        Ok(())
    }
}

impl Collecting {
    fn take(&self) -> Job {
        self.0.lock().unwrap().remove(0)
    }
}

#[test]
fn any_executor_will_do() -> Result<()> {
    let executor = Collecting::default();
    let future = submit(&executor, || asyncio::Ok(42))?;
    let job = executor.take();
    assert_eq!(cut(&format!("{job:?}")), "Job(<Future state=pending>)");
    thread::spawn(|| job.run()).join().unwrap();
    assert_eq!(future.result(0)?, 42);

    let future = submit::<dyn Executor, _, (), _>(&executor, || Err(ValueError("x")))?;
    executor.take().run();
    assert_eq!(format!("{:?}", future.exception(0)?), "Some(ValueError('x'))");

    // Any error will do, and a panic is one.
    let future = submit(&executor, || "seven".parse::<i32>())?;
    executor.take().run();
    assert!(future.result(0).unwrap_err().is::<std::num::ParseIntError>());
    let future = submit(&executor, || -> Result<()> { panic!("boom") })?;
    executor.take().run();
    assert_eq!(format!("{:?}", future.result(0).unwrap_err()), "PanicError('boom')");
    executor.shutdown(true, true)
}

#[test]
fn a_job_that_is_not_run_ends_its_future() -> Result<()> {
    let executor = Arc::new(Collecting::default());
    let calls = Arc::new(());
    let submit = || {
        let calls = Arc::clone(&calls);
        submit(&executor, move || {
            drop(calls);
            asyncio::Ok(())
        })
    };

    let dropped = submit()?;
    drop(executor.take());
    assert!(dropped.cancelled());

    let failed = submit()?;
    executor.take().fail(RuntimeError("no room"));
    assert_eq!(failed.result(0).unwrap_err().to_string(), "no room");

    let cancelled = submit()?;
    assert!(cancelled.cancel());
    executor.take().run();
    assert!(cancelled.cancelled());
    let error = cancelled.set_result(()).unwrap_err();
    assert!(error.to_string().starts_with("CANCELLED_AND_NOTIFIED: "));
    // Each function went with its job.
    assert_eq!(Arc::strong_count(&calls), 1);
    Ok(())
}

#[test]
fn whoever_ends_a_jobs_future_is_told_off_in_the_log() -> Result<()> {
    let logged = Logged::start();
    let executor = Collecting::default();
    let future = submit(&executor, || asyncio::Ok(1))?;
    future.set_result(2)?;
    executor.take().run();
    let log = logged.take();
    assert!(log[0].ends_with(" in unexpected state: FINISHED"), "{log:?}");
    assert_eq!(log[1..], ["Exception in worker\nRuntimeError: Future in unexpected state"]);

    // Or while it runs.
    let slot = Arc::new(Mutex::new(None::<Future<i32>>));
    let own = Arc::clone(&slot);
    let future = submit(&executor, move || {
        let future = own.lock().unwrap().take();
        future.map_or(Ok(()), |future| future.set_result(2))?;
        asyncio::Ok(1)
    })?;
    *slot.lock().unwrap() = Some(future.clone());
    executor.take().run();
    assert_eq!(future.result(0)?, 2);
    let text = "concurrent.futures._base.InvalidStateError: FINISHED: \
                <Future state=finished returned int>";
    assert_eq!(logged.take(), [format!("Exception in worker\n{text}")]);
    Ok(())
}

#[test]
fn threads_have_names() -> Result<()> {
    fn name() -> Result<String> {
        Ok(thread::current().name().unwrap_or_default().to_owned())
    }
    let pool = single();
    assert_eq!(pool.submit(name)?.result(None)?, "one_0");
    pool.shutdown(true, false)?;

    let pool = ThreadPoolExecutor::new();
    let name = pool.submit(name)?.result(None)?;
    let number = name.strip_prefix("ThreadPoolExecutor-").and_then(|name| name.strip_suffix("_0"));
    assert!(number.is_some_and(|number| number.parse::<u32>().is_ok()), "{name}");
    let repr = cut(&format!("{pool:?}"));
    assert_eq!(repr, "<concurrent.futures.thread.ThreadPoolExecutor object>");
    pool.shutdown(true, false)
}

#[test]
fn a_pool_has_as_many_threads_as_jobs_up_to_its_limit() -> Result<()> {
    let options = ThreadPoolOptions::new().max_workers(3).thread_name_prefix("three");
    let pool = ThreadPoolExecutor::with(options);
    let barrier = Arc::new(Barrier::new(3));
    let names = (0..3).map(|_| {
        let barrier = Arc::clone(&barrier);
        pool.submit(move || {
            barrier.wait();
            asyncio::Ok(thread::current().name().map(str::to_owned))
        })
    });
    let mut names = names
        .collect::<Result<Vec<_>>>()?
        .into_iter()
        .map(|name| name.result(None))
        .collect::<Result<Vec<_>>>()?;
    names.sort();
    assert_eq!(names, ["three_0", "three_1", "three_2"].map(|name| Some(name.to_owned())));
    pool.shutdown(true, false)
}

#[test]
fn a_pool_needs_a_thread() {
    let make = || ThreadPoolExecutor::with(ThreadPoolOptions::new().max_workers(0));
    let payload = catch_unwind(AssertUnwindSafe(make)).unwrap_err();
    let text = payload.downcast_ref::<String>().map(String::as_str);
    assert_eq!(text, Some("max_workers must be greater than 0"));
}

#[test]
fn a_pool_that_is_shut_down_takes_no_jobs() -> Result<()> {
    let pool = single();
    let future = pool.submit(|| asyncio::Ok("before"))?;
    pool.shutdown(true, false)?;
    assert_eq!(future.result(0)?, "before");
    let error = pool.submit(|| asyncio::Ok("after")).unwrap_err();
    let text = "RuntimeError('cannot schedule new futures after shutdown')";
    assert_eq!(format!("{error:?}"), text);
    pool.shutdown(true, true)
}

#[test]
fn a_shutdown_waits_for_all_jobs() -> Result<()> {
    let pool = ThreadPoolExecutor::with(ThreadPoolOptions::new().max_workers(2));
    let done = Arc::new(AtomicUsize::new(0));
    for _ in 0..20 {
        let done = Arc::clone(&done);
        pool.submit(move || asyncio::Ok(done.fetch_add(1, Ordering::SeqCst)))?;
    }
    // Two that wait, and one that does not.
    pool.shutdown(false, false)?;
    let other = pool.clone();
    let waiter = thread::spawn(move || other.shutdown(true, false));
    pool.shutdown(true, false)?;
    assert_eq!(done.load(Ordering::SeqCst), 20);
    waiter.join().unwrap()
}

#[test]
fn a_shutdown_may_cancel_what_did_not_begin() -> Result<()> {
    let pool = single();
    let (gate, job) = gate();
    let running = pool.submit(job)?;
    gate.wait();
    let cancelled = Arc::new(Mutex::new(Vec::new()));
    let queued: Vec<_> = (0..3)
        .map(|number| {
            let future = pool.submit(move || asyncio::Ok(number))?;
            let cancelled = Arc::clone(&cancelled);
            future.add_done_callback(move |_| cancelled.lock().unwrap().push(number));
            Ok(future)
        })
        .collect::<Result<_>>()?;
    pool.shutdown(false, true)?;
    assert!(queued.iter().all(Future::cancelled));
    assert_eq!(*cancelled.lock().unwrap(), [0, 1, 2]);
    assert!(running.running());
    gate.open();
    pool.shutdown(true, false)?;
    assert_eq!(running.result(0)?, "through");
    Ok(())
}

#[test]
fn a_cancelled_job_is_skipped() -> Result<()> {
    let pool = single();
    let (gate, job) = gate();
    let running = pool.submit(job)?;
    gate.wait();
    let ran = Arc::new(AtomicUsize::new(0));
    let count = || {
        let ran = Arc::clone(&ran);
        pool.submit(move || asyncio::Ok(ran.fetch_add(1, Ordering::SeqCst)))
    };
    let (skipped, last) = (count()?, count()?);
    assert!(skipped.cancel());
    gate.open();
    last.result(None)?;
    assert_eq!(ran.load(Ordering::SeqCst), 1);
    assert!(!running.cancel());
    pool.shutdown(true, false)
}

#[test]
fn a_pool_that_is_dropped_finishes_what_is_queued() -> Result<()> {
    let alive = Arc::new(());
    let held = Arc::clone(&alive);
    let options = ThreadPoolOptions::new().max_workers(1).initializer(move || {
        let _ = &held;
    });
    let pool = ThreadPoolExecutor::with(options);
    let (gate, job) = gate();
    let first = pool.submit(job)?;
    gate.wait();
    let second = pool.submit(|| asyncio::Ok("second"))?;
    drop(pool.clone());
    let third = pool.submit(|| asyncio::Ok("third"))?;
    drop(pool);
    gate.open();
    assert_eq!(first.result(None)?, "through");
    assert_eq!(second.result(None)?, "second");
    assert_eq!(third.result(None)?, "third");
    // The thread ends, and the pool goes with it.
    while Arc::strong_count(&alive) > 1 {
        thread::yield_now();
    }
    Ok(())
}

#[test]
fn a_panic_is_the_jobs_exception_and_the_thread_goes_on() -> Result<()> {
    let pool = single();
    let before = pool.submit(|| asyncio::Ok(thread::current().id()))?;
    let panicking = pool.submit(|| -> Result<()> { panic!("boom") })?;
    let exiting = pool.submit(|| Err::<(), _>(SystemExit(3)))?;
    let after = pool.submit(|| asyncio::Ok(thread::current().id()))?;
    let error = panicking.result(None).unwrap_err();
    assert!(error.is::<PanicError>());
    assert_eq!(format!("{:?}", exiting.exception(None)?), "Some(SystemExit(3))");
    assert_eq!(before.result(None)?, after.result(None)?);
    pool.shutdown(true, false)
}

#[test]
fn a_thread_survives_what_it_logs() -> Result<()> {
    let logged = Logged::default();
    let listening = logged.clone();
    let options = ThreadPoolOptions::new().max_workers(1).initializer(move || listening.listen());
    let pool = ThreadPoolExecutor::with(options);
    let (gate, job) = gate();
    let running = pool.submit(job)?;
    gate.wait();
    running.set_result("by hand")?;
    gate.open();
    let after = pool.submit(|| asyncio::Ok("after"))?;
    assert_eq!((running.result(None)?, after.result(None)?), ("by hand", "after"));
    pool.shutdown(true, false)?;
    let text = "concurrent.futures._base.InvalidStateError: FINISHED: \
                <Future state=finished returned str>";
    assert_eq!(logged.take(), [format!("Exception in worker\n{text}")]);
    Ok(())
}

#[test]
fn a_job_cannot_wait_for_its_own_thread() -> Result<()> {
    let pool = single();
    let own = pool.clone();
    let error = pool.submit(move || own.shutdown(true, false))?.result(None).unwrap_err();
    assert_eq!(format!("{error:?}"), "RuntimeError('cannot join current thread')");
    pool.shutdown(true, false)
}

#[test]
fn each_thread_is_initialized() -> Result<()> {
    let threads = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&threads);
    let options = ThreadPoolOptions::new()
        .max_workers(2)
        .initializer(move || seen.lock().unwrap().push(thread::current().id()));
    let pool = ThreadPoolExecutor::with(options);
    let barrier = Arc::new(Barrier::new(2));
    let ids = (0..2).map(|_| {
        let barrier = Arc::clone(&barrier);
        pool.submit(move || {
            barrier.wait();
            asyncio::Ok(thread::current().id())
        })
    });
    let ids = ids.collect::<Result<Vec<_>>>()?;
    for id in ids {
        let id = id.result(None)?;
        assert!(threads.lock().unwrap().contains(&id));
    }
    pool.submit(|| asyncio::Ok(()))?.result(None)?;
    assert_eq!(threads.lock().unwrap().len(), 2);
    pool.shutdown(true, false)
}

/// A pool whose only thread fails to initialize, once the returned channel is dropped.
fn broken_pool(logged: &Logged, fail: fn() -> Result<()>) -> (ThreadPoolExecutor, Sender<()>) {
    let (release, wait) = channel::<()>();
    let (logged, wait) = (logged.clone(), Mutex::new(wait));
    let options = ThreadPoolOptions::new().max_workers(1).initializer(move || {
        logged.listen();
        let _ = wait.lock().unwrap().recv();
        fail()
    });
    (ThreadPoolExecutor::with(options), release)
}

#[test]
fn an_initializer_that_fails_breaks_the_pool() -> Result<()> {
    const TEXT: &str = "A thread initializer failed, the thread pool is not usable anymore";
    let fails: fn() -> Result<()> = || Err(ValueError("init"));
    let cases = [
        (fails, "Exception in initializer:\nValueError: init"),
        (|| panic!("init"), "Exception in initializer:\nasyncio.exceptions.PanicError: init"),
    ];
    for (fail, log) in cases {
        let logged = Logged::default();
        let (pool, release) = broken_pool(&logged, fail);
        let cancelled = pool.submit(|| asyncio::Ok(1))?;
        let waiting = pool.submit(|| asyncio::Ok(2))?;
        assert!(cancelled.cancel());
        drop(release);
        let errors =
            [waiting.result(None).unwrap_err(), pool.submit(|| asyncio::Ok(3)).unwrap_err()];
        for error in errors {
            assert_eq!(format!("{error:?}"), format!("BrokenThreadPool('{TEXT}')"));
            assert!(error.is::<BrokenThreadPool>() && error.is::<BrokenExecutor>());
            assert!(error.is::<RuntimeError>());
            assert_eq!(error.class_name(), "concurrent.futures.thread.BrokenThreadPool");
        }
        assert!(cancelled.cancelled());
        pool.shutdown(true, false)?;
        assert_eq!(logged.take(), [log]);
    }
    Ok(())
}

#[test]
fn many_threads_submit_at_once() -> Result<()> {
    let pool = ThreadPoolExecutor::with(ThreadPoolOptions::new().max_workers(3));
    let submitters: Vec<_> = (0..4)
        .map(|first| {
            let pool = pool.clone();
            thread::spawn(move || {
                let futures =
                    (0..100).map(|number| pool.submit(move || asyncio::Ok(first + number)));
                let futures = futures.collect::<Result<Vec<_>>>()?;
                futures.iter().map(|future| future.result(None)).sum::<Result<i32>>()
            })
        })
        .collect();
    let sums: Result<Vec<_>> =
        submitters.into_iter().map(|submitter| submitter.join().unwrap()).collect();
    assert_eq!(sums?, [4950, 5050, 5150, 5250]);
    pool.shutdown(true, false)
}

#[test]
fn options_show_what_they_are() {
    let options = ThreadPoolOptions::new().max_workers(2).thread_name_prefix("x");
    let text = "ThreadPoolOptions { max_workers: Some(2), thread_name_prefix: \"x\", .. }";
    assert_eq!(format!("{options:?}"), text);
}
