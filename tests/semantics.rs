//! What `docs/SEMANTICS.md` says about each public name of Python's asyncio is true:
//! the list is complete, what it calls there is there, what it calls missing is not. Each of its
//! semantics and differences names tests that exist.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    env, fs,
    future::{IntoFuture, poll_fn},
    panic,
    path::{Path, PathBuf},
    pin::pin,
    process::Command,
    rc::Rc,
    task::Poll,
    thread,
    time::Duration,
};

use asyncio::{
    CancelledError, EventLoop, ExceptionContext, Future, GeneratorExit, InvalidStateError,
    KeyboardInterrupt, OSError, PanicError, Result, RuntimeError, TaskOptions, TypeError,
    ValueError, WaitOptions,
    concurrent::{self, Executor, Job, ThreadPoolExecutor},
    create_task, current_task, get_running_loop, new_event_loop, sleep, sleep_with, timeout,
    wait_with,
};

/// `asyncio.__all__` of CPython 3.15 on Unix: 95 names, module by module.
const PUBLIC_NAMES: &str = "
    BaseEventLoop Server
    iscoroutinefunction iscoroutine
    AbstractEventLoop AbstractServer Handle TimerHandle get_event_loop_policy
    set_event_loop_policy get_event_loop set_event_loop new_event_loop _set_running_loop
    get_running_loop _get_running_loop
    BrokenBarrierError CancelledError InvalidStateError TimeoutError IncompleteReadError
    LimitOverrunError SendfileNotAvailableError
    Future wrap_future isfuture future_add_to_awaited_by future_discard_from_awaited_by
    capture_call_graph format_call_graph print_call_graph FrameCallGraphEntry FutureCallGraph
    Lock Event Condition Semaphore BoundedSemaphore Barrier
    BaseProtocol Protocol DatagramProtocol SubprocessProtocol BufferedProtocol
    Queue PriorityQueue LifoQueue QueueFull QueueEmpty QueueShutDown
    Runner run
    StreamReader StreamWriter StreamReaderProtocol open_connection start_server
    open_unix_connection start_unix_server
    create_subprocess_exec create_subprocess_shell
    TaskGroup
    Task create_task FIRST_COMPLETED FIRST_EXCEPTION ALL_COMPLETED wait wait_for as_completed
    sleep gather shield ensure_future run_coroutine_threadsafe current_task all_tasks
    create_eager_task_factory eager_task_factory _register_task _unregister_task _enter_task
    _leave_task
    to_thread
    Timeout timeout timeout_at
    BaseTransport ReadTransport WriteTransport Transport DatagramTransport SubprocessTransport
    SelectorEventLoop EventLoop
";

/// The 54 public methods of CPython's `asyncio.AbstractEventLoop`, in its order.
const LOOP_METHODS: &str = "
    run_forever run_until_complete stop is_running is_closed close shutdown_asyncgens
    shutdown_default_executor
    call_soon call_later call_at time create_future create_task call_soon_threadsafe
    run_in_executor set_default_executor getaddrinfo getnameinfo
    create_connection create_server sendfile start_tls create_unix_connection
    create_unix_server connect_accepted_socket create_datagram_endpoint
    connect_read_pipe connect_write_pipe subprocess_shell subprocess_exec
    add_reader remove_reader add_writer remove_writer
    sock_recv sock_recv_into sock_recvfrom sock_recvfrom_into sock_sendall sock_sendto
    sock_connect sock_accept sock_sendfile
    add_signal_handler remove_signal_handler set_task_factory get_task_factory
    get_exception_handler set_exception_handler default_exception_handler
    call_exception_handler get_debug set_debug
";

/// How many semantics `docs/SEMANTICS.md` numbers.
const SEMANTICS: usize = 99;

/// Lists names of this crate; it does not compile if one of them is missing.
macro_rules! exported {
    ($($name:ident)*) => {
        $(#[allow(unused_imports)] use asyncio::$name as _;)*
        const EXPORTED: &[&str] = &[$(stringify!($name)),*];
    };
}

/// Lists names that this crate does not have; it does not compile if one of them is there,
/// because the inner block then finds that one before the stand-in.
macro_rules! absent {
    ($($name:ident)*) => {
        #[allow(dead_code, non_camel_case_types)]
        mod stand_ins { $(pub(crate) struct $name;)* }
        #[allow(unused_imports)]
        const _: fn() = || {
            use stand_ins::*;
            {
                use asyncio::*;
                $(
                    let stand_in: stand_ins::$name = $name;
                    let _: $name = stand_in;
                )*
            }
        };
        const ABSENT: &[&str] = &[$(stringify!($name)),*];
    };
}

/// Lists methods of the loop, each with a call; it does not compile if one of them is missing.
macro_rules! exported_methods {
    ($($name:ident $(::<$type:ty>)? ($($argument:expr),*))*) => {
        #[allow(clippy::let_underscore_future)]
        const _: fn(&EventLoop) = |event_loop| {
            $(let _ = event_loop.$name $(::<$type>)? ($($argument),*);)*
        };
        const EXPORTED_METHODS: &[&str] = &[$(stringify!($name)),*];
    };
}

/// Lists methods that the loop does not have; it does not compile if one of them is there,
/// because a method goes before a trait's.
macro_rules! absent_methods {
    ($($name:ident)*) => {
        #[allow(dead_code)]
        struct StandIn;
        #[allow(dead_code)]
        trait StandIns { $(fn $name(&self) -> StandIn { StandIn })* }
        impl StandIns for EventLoop {}
        const _: fn(&EventLoop) = |event_loop| { $(let StandIn = event_loop.$name();)* };
        const ABSENT_METHODS: &[&str] = &[$(stringify!($name)),*];
    };
}

exported! {
    iscoroutine Handle TimerHandle get_event_loop set_event_loop new_event_loop get_running_loop
    _get_running_loop BrokenBarrierError CancelledError InvalidStateError TimeoutError
    IncompleteReadError LimitOverrunError SendfileNotAvailableError Future wrap_future isfuture Lock
    Event Condition Semaphore BoundedSemaphore Barrier Queue PriorityQueue LifoQueue QueueFull
    QueueEmpty QueueShutDown Runner run TaskGroup Task create_task FIRST_COMPLETED FIRST_EXCEPTION
    ALL_COMPLETED wait wait_for as_completed sleep gather shield ensure_future
    run_coroutine_threadsafe current_task all_tasks create_eager_task_factory eager_task_factory
    to_thread Timeout timeout timeout_at EventLoop
}

absent! {
    BaseEventLoop Server iscoroutinefunction AbstractEventLoop AbstractServer get_event_loop_policy
    set_event_loop_policy _set_running_loop future_add_to_awaited_by future_discard_from_awaited_by
    capture_call_graph format_call_graph print_call_graph FrameCallGraphEntry FutureCallGraph
    BaseProtocol Protocol DatagramProtocol SubprocessProtocol BufferedProtocol StreamReader
    StreamWriter StreamReaderProtocol open_connection start_server open_unix_connection
    start_unix_server create_subprocess_exec create_subprocess_shell _register_task _unregister_task
    _enter_task _leave_task BaseTransport ReadTransport WriteTransport Transport DatagramTransport
    SubprocessTransport SelectorEventLoop
}

exported_methods! {
    run_forever() run_until_complete(asyncio::sleep(0)) stop() is_running() is_closed() close()
    shutdown_asyncgens() shutdown_default_executor(None) call_soon(|| ()) call_later(1, || ())
    call_at(1.0, || ()) time() create_future::<()>() create_task(asyncio::sleep(0))
    call_soon_threadsafe(|| ()) run_in_executor(None, || asyncio::Ok(()))
    set_default_executor(ThreadPoolExecutor::new())
    set_task_factory(asyncio::eager_task_factory) get_task_factory() get_exception_handler()
    set_exception_handler(|_, _| ()) default_exception_handler(&ExceptionContext::new("x"))
    call_exception_handler(ExceptionContext::new("x")) get_debug() set_debug(true)
    shutdown_default_executor(None) run_in_executor(None, || asyncio::Ok(()))
    set_default_executor(asyncio::concurrent::ThreadPoolExecutor::new())
}

absent_methods! {
    getaddrinfo getnameinfo create_connection create_server sendfile start_tls
    create_unix_connection create_unix_server connect_accepted_socket create_datagram_endpoint
    connect_read_pipe connect_write_pipe subprocess_shell subprocess_exec add_reader
    remove_reader add_writer remove_writer sock_recv sock_recv_into sock_recvfrom
    sock_recvfrom_into sock_sendall sock_sendto sock_connect sock_accept sock_sendfile
    add_signal_handler remove_signal_handler
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The cells of the rows of the table under a heading, without the head.
fn table<'a>(document: &'a str, heading: &str) -> Vec<Vec<&'a str>> {
    let (_, section) = document.split_once(&format!("\n## {heading}\n")).expect(heading);
    let section = section.split("\n## ").next().unwrap_or(section);
    let rows = section.lines().filter_map(|line| line.strip_prefix('|')?.strip_suffix('|'));
    rows.skip(2).map(|row| row.split(" | ").map(str::trim).collect()).collect()
}

fn document() -> String {
    fs::read_to_string(root().join("docs/SEMANTICS.md")).unwrap()
}

/// Holds a table of names, with their status and a remark, against what the crate has.
fn check_names(heading: &str, names: &str, exported: &[&str], absent: &[&str]) {
    let document = document();
    let rows = table(&document, heading);
    let listed: Vec<&str> = rows.iter().map(|row| row[0].trim_matches('`')).collect();
    assert_eq!(listed, names.split_whitespace().collect::<Vec<_>>());

    for row in &rows {
        let [name, status, remark] = row[..] else {
            panic!("not a name, a status and a remark: {row:?}");
        };
        let lists = match status {
            "there" | "different" => exported,
            "not yet" | "left out" => absent,
            _ => panic!("{name}: the status is there, different, not yet or left out"),
        };
        assert!(lists.contains(&name.trim_matches('`')), "{name} is not {status}");
        let explained = !remark.is_empty();
        assert!(explained || ["there", "not yet"].contains(&status), "{name}: {status}, but why?");
    }
}

#[test]
fn every_public_name_has_its_status() {
    assert_eq!(PUBLIC_NAMES.split_whitespace().count(), 95);
    check_names("Public names", PUBLIC_NAMES, EXPORTED, ABSENT);
}

#[test]
fn every_method_of_the_loop_has_its_status() {
    assert_eq!(LOOP_METHODS.split_whitespace().count(), 54);
    check_names("Methods of the loop", LOOP_METHODS, EXPORTED_METHODS, ABSENT_METHODS);
}

/// Whether `test` names a function of a file, as `tests/file.rs::function` does.
fn is_test(test: &str) -> bool {
    let Some((file, function)) = test.split_once("::") else {
        return false;
    };
    let source = fs::read_to_string(root().join(file)).unwrap_or_default();
    source.contains(&format!("fn {function}("))
}

/// Holds that a cell names tests, and those in `tests/conformance` scenarios with a trace; says
/// how many scenarios it names.
fn check_tests(of: &str, tests: &str) -> usize {
    let mut scenarios = 0;
    for test in tests.split(", ") {
        let test = test.strip_prefix('`').and_then(|test| test.strip_suffix('`'));
        let test = test.unwrap_or_else(|| panic!("{of}: tests are `file.rs::function`: {tests}"));
        assert!(is_test(test), "{of}: there is no {test}");
        if let Some(scenario) = test.strip_prefix("tests/conformance/") {
            let (area, name) = scenario.split_once(".rs::").expect("a file and a function");
            let trace = traces().join(area).join(name).with_extension("txt");
            assert!(trace.exists(), "{of}: {test} is no scenario");
            scenarios += 1;
        }
    }
    scenarios
}

/// Where the traces are that CPython recorded.
fn traces() -> PathBuf {
    root().join("tests/conformance/traces")
}

#[test]
fn every_semantic_has_its_status_and_its_tests() {
    let document = document();
    let rows = table(&document, "Semantics");
    let numbers: Vec<&str> = rows.iter().map(|row| row[0]).collect();
    assert_eq!(numbers, (1..=SEMANTICS).map(|number| number.to_string()).collect::<Vec<_>>());
    for row in rows {
        let [number, what, status, tests] = row[..] else {
            panic!("not a number, a semantic, a status and tests: {row:?}");
        };
        assert!(!what.is_empty(), "{number}: what happens?");
        match status {
            "there" => assert!(check_tests(number, tests) > 0, "{number}: no trace shows it"),
            "different" => _ = check_tests(number, tests),
            "not yet" => assert_eq!(tests, "", "{number}: what is not there has no tests"),
            _ => panic!("{number}: the status is there, different or not yet"),
        }
    }
}

/// `[iteration time] label: number, end` of a trace as `number | label`.
fn cost(line: &str) -> Option<String> {
    let (_, text) = line.split_once("] ")?;
    let (label, number) = text.rsplit_once(", ")?.0.rsplit_once(": ")?;
    Some(format!("{number} | {label}"))
}

#[test]
fn the_iterations_are_those_of_the_traces() {
    let mut traced = BTreeSet::new();
    for entry in fs::read_dir(traces().join("iterations")).unwrap() {
        let path = entry.unwrap().path();
        let scenario = path.file_stem().unwrap().to_str().unwrap();
        let test = format!("`tests/conformance/iterations.rs::{scenario}`");
        for line in fs::read_to_string(&path).unwrap().lines() {
            let cost = cost(line).unwrap_or_else(|| panic!("{scenario}: no cost: {line}"));
            traced.insert(format!("{cost} | {test}"));
        }
    }
    let document = document();
    let listed: Vec<_> = table(&document, "Iterations").iter().map(|row| row.join(" | ")).collect();
    assert_eq!(listed.len(), traced.len(), "a row is there twice, or missing");
    assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), traced);
}

#[test]
fn every_difference_has_its_reason_and_its_test() {
    let document = document();
    let rows = table(&document, "Differences");
    assert!(!rows.is_empty());
    for row in rows {
        let [difference, reason, tests] = row[..] else {
            panic!("not a difference, a reason and tests: {row:?}");
        };
        assert!(!reason.is_empty(), "{difference}: why?");
        check_tests(difference, tests);
    }
}

// One test for each semantic and each difference that no other test shows.

/// Runs a coroutine on a loop of its own with a virtual clock.
fn run<T: 'static>(main: impl std::future::Future<Output = Result<T>> + 'static) -> Result<T> {
    let loop_ = EventLoop::with_virtual_clock();
    let outcome = loop_.run_until_complete(main);
    loop_.close()?;
    outcome
}

/// What [`record`](Self::record)ed, in order.
#[derive(Clone, Default)]
struct Trace(Rc<RefCell<Vec<String>>>);

impl Trace {
    fn record(&self, text: impl Into<String>) {
        self.0.borrow_mut().push(text.into());
    }

    fn lines(&self) -> Vec<String> {
        self.0.borrow().clone()
    }
}

/// Records a text when it is dropped.
struct Guard(Trace, &'static str);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.record(self.1);
    }
}

/// A loop whose exception handler records the messages.
fn recording_loop() -> (EventLoop, Trace) {
    let (loop_, trace) = (EventLoop::with_virtual_clock(), Trace::default());
    let lines = trace.clone();
    loop_.set_exception_handler(move |_, context| lines.record(&context.message));
    (loop_, trace)
}

/// What a `select!` of another crate does: gives the first output and drops the other future.
async fn select<T>(first: impl IntoFuture<Output = T>, second: impl IntoFuture<Output = T>) -> T {
    let (mut first, mut second) = (pin!(first.into_future()), pin!(second.into_future()));
    poll_fn(|cx| match first.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(output),
        Poll::Pending => second.as_mut().poll(cx),
    })
    .await
}

#[test]
fn a_short_wait_is_one_wait() {
    let loop_ = asyncio::new_event_loop();
    for delay in [0.0001, 0.0015, 0.0029] {
        let ended = Rc::new(Cell::new(0.0));
        let (stopper, end) = (loop_.clone(), Rc::clone(&ended));
        let timer = loop_.call_later(delay, move || {
            end.set(stopper.time());
            stopper.stop();
        });
        let before = asyncio::__private::iteration(&loop_);
        loop_.run_forever().unwrap();
        // Rounded down, the wait would end too early, and the loop would have to look again.
        assert_eq!(asyncio::__private::iteration(&loop_) - before, 1, "{delay}");
        assert!(ended.get() > timer.when() - 1e-6, "{delay}");
    }
    loop_.close().unwrap();
}

#[test]
fn call_when_is_call_at() {
    let loop_ = EventLoop::with_virtual_clock();
    let trace = Trace::default();
    for (when, text) in [(2.0, "two"), (1.0, "one")] {
        let trace = trace.clone();
        assert_eq!(loop_.call_when(when, move || trace.record(text)).when(), when);
    }
    loop_.run_until_complete(sleep(3)).unwrap();
    assert_eq!(trace.lines(), ["one", "two"]);
}

#[test]
fn a_pending_task_lives_without_a_handle() {
    let (loop_, trace) = recording_loop();
    for name in ["first", "second"] {
        let guard = Guard(trace.clone(), name);
        // Nobody but the task has the future that it waits for.
        let future = loop_.create_future::<()>();
        loop_.create_task(async move {
            let _guard = guard;
            future.await
        });
    }
    loop_.run_until_complete(sleep(1)).unwrap();
    assert_eq!(asyncio::all_tasks_of(&loop_).len(), 2);
    assert!(trace.lines().is_empty());

    loop_.close().unwrap();
    let destroyed = "Task was destroyed but it is pending!";
    assert_eq!(trace.lines(), ["first", destroyed, "second", destroyed]);
}

#[test]
fn a_lost_exception_is_reported_with_the_last_handle() {
    let (loop_, trace) = recording_loop();
    let future = loop_.create_future::<()>();
    let other = future.clone();
    future.set_exception(ValueError("lost")).unwrap();
    drop(future);
    assert!(trace.lines().is_empty());
    drop(other);
    assert_eq!(trace.lines(), ["Future exception was never retrieved"]);
}

#[test]
fn tasks_are_numbered_by_thread() {
    let name = || run(async { Ok(current_task().map(|task| task.get_name())) }).unwrap();
    let names = [thread::spawn(name).join(), thread::spawn(name).join()];
    assert_eq!(names.map(Result::unwrap).map(Option::unwrap), ["Task-1", "Task-1"]);
}

#[test]
fn cancelled_errors_without_a_message_are_one() {
    assert!(CancelledError().is_same(&CancelledError()));
    assert!(!CancelledError::with("x").is_same(&CancelledError::with("x")));
}

#[test]
fn a_result_is_taken_once() {
    run(async {
        let future = Future::new();
        future.set_result(1)?;
        assert_eq!((&future).await?, 1);
        assert_eq!(future.clone().await?, 1);
        assert!(format!("{future:?}").ends_with("result=<taken>>"), "{future:?}");
        assert!(future.await.unwrap_err().is::<InvalidStateError>());
        Ok(())
    })
    .unwrap();
}

#[test]
fn a_shielded_result_is_a_clone() {
    run(async {
        let (done, cancelled) = (Future::new(), Future::<i32>::new());
        done.set_result(1)?;
        cancelled.cancel();
        let shielded = asyncio::shield(&done);
        assert_ne!(shielded, done);
        assert_eq!((shielded.await?, done.await?), (1, 1));
        assert_eq!(asyncio::shield(&cancelled), cancelled);
        Ok(())
    })
    .unwrap();
}

#[test]
fn a_missing_loop_panics() {
    let payload = panic::catch_unwind(asyncio::get_running_loop).unwrap_err();
    let text = payload.downcast_ref::<String>().map(String::as_str);
    assert_eq!(text.or(payload.downcast_ref().copied()), Some("no running event loop"));

    let in_a_task = run(async {
        let closed = EventLoop::with_virtual_clock();
        closed.close()?;
        closed.call_soon(|| ());
        Ok(())
    });
    let error = in_a_task.unwrap_err();
    assert!(error.is::<RuntimeError>());
    assert_eq!(error.to_string(), "Event loop is closed");
}

#[test]
fn a_panic_is_the_exception_of_its_task() {
    let error = run(async {
        let task = create_task(async {
            if true {
                panic::panic_any("out of order");
            }
            sleep(0).await
        });
        task.await
    })
    .unwrap_err();
    assert!(error.is::<PanicError>());
    assert_eq!(error.to_string(), "out of order");
}

#[test]
fn a_generator_exit_that_was_caught_is_caught() {
    run(async {
        let future = Future::<()>::new();
        let failing = future.clone();
        get_running_loop().call_soon(move || failing.set_exception(GeneratorExit()));
        let inner = async || match future.await {
            Err(error) if error.is::<GeneratorExit>() => Ok("caught"),
            outcome => outcome.map(|()| "nothing to catch"),
        };
        assert_eq!(inner().await?, "caught");
        asyncio::Ok(())
    })
    .unwrap();
}

#[test]
fn a_task_in_a_foreign_future_is_cancelled_too() {
    run(async {
        let trace = Trace::default();
        let guard = Guard(trace.clone(), "dropped");
        let task = create_task(async move {
            let _guard = guard;
            asyncio::wrap(std::future::pending::<()>()).await
        });
        sleep(0).await?;
        assert!(task.cancel());
        assert!((&task).await.unwrap_err().is::<CancelledError>());
        assert_eq!(trace.lines(), ["dropped"]);
        Ok(())
    })
    .unwrap();
}

#[test]
fn tasks_are_listed_in_the_order_of_creation() {
    run(async {
        let tasks: Vec<_> = (0..20).map(|_| create_task(sleep(1)).any()).collect();
        // The main task is the first.
        assert_eq!(asyncio::all_tasks()[1..], tasks);
        Ok(())
    })
    .unwrap();
}

#[test]
fn a_callback_is_removed_by_its_id() {
    let loop_ = EventLoop::with_virtual_clock();
    let future = loop_.create_future::<()>();
    let captured = String::from("x");
    let id = future.add_done_callback(move |_| drop(captured));
    fn function(_: &Future<()>) {}
    let same = [future.add_done_callback(function), future.add_done_callback(function)];
    assert_eq!(same[0], same[1]);
    assert_eq!(future.remove_done_callback(same[0]), 2);
    assert_eq!(future.remove_done_callback(id), 1);
    assert_eq!(future.remove_done_callback(id), 0);
}

#[test]
fn wait_gives_two_lists_in_the_order_of_its_arguments() {
    run(async {
        let delays = [0, 3600, 0, 3600, 0];
        let tasks = delays.map(|delay| create_task(sleep(delay)));
        let (done, pending) = wait_with(&tasks, WaitOptions::new().timeout(1)).await?;
        let [a, b, c, d, e] = tasks;
        assert_eq!(done, [a, c, e]);
        assert_eq!(pending, [b, d]);
        Ok(())
    })
    .unwrap();
}

#[test]
fn as_completed_starts_in_the_order_of_its_arguments() {
    run(async {
        let trace = Trace::default();
        let coroutines = (0..20).map(|number| {
            let trace = trace.clone();
            async move {
                trace.record(number.to_string());
                asyncio::Ok(())
            }
        });
        for next in asyncio::as_completed(coroutines) {
            next.await?;
        }
        assert_eq!(trace.lines(), Vec::from_iter((0..20).map(|number| number.to_string())));
        Ok(())
    })
    .unwrap();
}

#[test]
fn no_time_is_no_start_whatever_the_factory() {
    let loop_ = EventLoop::with_virtual_clock();
    loop_.set_task_factory(asyncio::eager_task_factory);
    let outcome = loop_.run_until_complete(asyncio::wait_for(
        async {
            unreachable!("it never starts");
            #[expect(unreachable_code, reason = "it tells the type")]
            asyncio::Ok(())
        },
        0,
    ));
    assert!(outcome.unwrap_err().is::<asyncio::TimeoutError>());
    loop_.close().unwrap();
}

#[test]
fn a_cancellation_goes_to_all_that_a_task_waits_for() {
    run(async {
        let [one, two] = [3600, 3600].map(|delay| create_task(sleep(delay)));
        let waiting = create_task({
            let (one, two) = (one.clone(), two.clone());
            async move { select(&one, &two).await }
        });
        sleep(1).await?;
        waiting.cancel();
        asyncio::wait([&waiting]).await?;
        assert!(waiting.cancelled() && one.cancelled() && two.cancelled());
        Ok(())
    })
    .unwrap();
}

#[test]
fn a_handle_in_a_foreign_select_is_borrowed() {
    run(async {
        let mut task = create_task(sleep_with(2, "done"));
        assert_eq!(select(&task, sleep_with(1, "not yet")).await?, "not yet");
        assert_eq!(select(&task, sleep_with(2, "not yet")).await?, "done");
        assert_eq!(select(&task, sleep_with(2, "not yet")).await?, "done");

        assert_eq!(select(&mut task, sleep_with(2, "not yet")).await?, "done");
        let error = select(&mut task, sleep_with(2, "not yet")).await.unwrap_err();
        assert!(error.is::<InvalidStateError>());
        Ok(())
    })
    .unwrap();
}

#[test]
fn a_coroutine_that_is_dropped_leaves_no_timer() {
    run(async {
        let trace = Trace::default();
        let guard = Guard(trace.clone(), "dropped");
        let limited = async {
            let _guard = guard;
            timeout(2).run(async |_| sleep(3600).await).await
        };
        select(limited, sleep(1)).await?;
        assert_eq!(trace.lines(), ["dropped"]);
        // Were the timeout still there, this task would be cancelled.
        sleep(3).await
    })
    .unwrap();
}

#[test]
fn what_an_eager_task_cannot_keep_is_a_panic() {
    let error = run(async {
        let eager = TaskOptions::new().eager_start(true);
        asyncio::create_task_with(async { Err::<(), _>(KeyboardInterrupt()) }, eager).await
    })
    .unwrap_err();
    assert!(error.is::<KeyboardInterrupt>());
}

#[test]
fn a_task_factory_keeps_the_type() {
    let error = run(async {
        let loop_ = asyncio::get_running_loop();
        let other = create_task(sleep_with(0, "text")).any();
        loop_.set_task_factory(move |_, _, _| other.clone());
        create_task(sleep_with(0, 1)).await
    })
    .unwrap_err();
    assert!(error.is::<TypeError>());
}

#[test]
fn any_pool_may_be_the_default_one() {
    struct ThreadPerJob;
    impl Executor for ThreadPerJob {
        fn execute(&self, job: Job) -> Result<()> {
            thread::spawn(|| job.run());
            Ok(())
        }
    }
    run(async {
        asyncio::get_running_loop().set_default_executor(ThreadPerJob);
        assert_eq!(asyncio::to_thread(|| asyncio::Ok(1)).await?, 1);
        Ok(())
    })
    .unwrap();
}

#[test]
fn an_exit_in_a_callback_of_a_thread_is_logged() {
    let trace = Trace::default();
    let lines = trace.clone();
    asyncio::__private::set_log_sink(Some(Rc::new(move |text| lines.record(text))));
    let future = concurrent::Future::new();
    future.add_done_callback(|_| Err::<(), _>(KeyboardInterrupt()));
    future.set_result(1).unwrap();
    assert_eq!(trace.lines().len(), 1);
    assert!(trace.lines()[0].ends_with("\nKeyboardInterrupt"), "{:?}", trace.lines());
}

/// Runs one test of this file again, in a process of its own and with a variable set.
fn run_again(test: &str, variable: &str) {
    let mut again = Command::new(env::current_exe().unwrap());
    let output = again.args(["--exact", test]).env(variable, "1").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn the_process_does_not_wait_for_a_pool() {
    if env::var_os("ENDS_AT_ONCE").is_none() {
        return run_again("the_process_does_not_wait_for_a_pool", "ENDS_AT_ONCE");
    }
    let job = || {
        thread::sleep(Duration::from_secs(3600));
        asyncio::Ok(())
    };
    let sleeping = ThreadPoolExecutor::new().submit(job).unwrap();
    while !sleeping.running() {
        thread::yield_now();
    }
}

#[test]
fn a_loop_needs_the_system_only_to_wait() {
    let test = "a_loop_needs_the_system_only_to_wait";
    if env::var_os("FEW_FILES").is_none() {
        let mut again = Command::new("sh");
        again.args(["-c", "ulimit -n 32; exec \"$0\" --exact \"$1\""]);
        let output =
            again.arg(env::current_exe().unwrap()).arg(test).env("FEW_FILES", "1").output();
        let output = output.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        return;
    }
    let files: Vec<_> = std::iter::from_fn(|| fs::File::open("/dev/null").ok()).collect();
    assert!(fs::File::open("/dev/null").is_err());
    let loop_ = new_event_loop();
    loop_.run_until_complete(sleep(0)).unwrap();
    let waits = loop_.create_task(sleep(0.001));
    let error = loop_.run_until_complete(&waits).unwrap_err();
    assert!(error.is::<OSError>() && error.errno() == Some(24), "{error:?}");
    // The loop is as it was: now there are files, it waits.
    drop(files);
    loop_.run_until_complete(waits).unwrap();
    loop_.close().unwrap();
}

#[test]
fn debug_mode_has_a_variable_of_its_own() {
    let asked_for = env::var("ASYNCIO_DEBUG").is_ok_and(|value| value == "1");
    assert_eq!(EventLoop::with_virtual_clock().get_debug(), asked_for);
    if !asked_for {
        run_again("debug_mode_has_a_variable_of_its_own", "ASYNCIO_DEBUG");
    }
}
