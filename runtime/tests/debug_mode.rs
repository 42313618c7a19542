//! What asyncio logs, in debug mode and out of it, and the reprs of what it logs.
//!
//! The texts are those that CPython 3.15 prints for the same program, without what Rust does not
//! know: the place of a function, and all frames of a stack but one. Places in this file are
//! written `HERE`.
#![forbid(unsafe_code)]

use std::cell::{Cell, RefCell};
use std::env;
use std::fmt;
use std::process::Command;
use std::rc::Rc;
use std::thread;
use std::time::Duration;

use asyncio::__private::set_log_sink;
use asyncio::{
    AsyncContextManager, Error, EventLoop, ExceptionContext, Future, KeyError, Result, RunOptions,
    Runner, SystemExit, TaskGroup, TaskOptions, ValueError,
};

/// Longer than what debug mode lets pass here.
const LONG: Duration = Duration::from_millis(12);
const SLOW_CALLBACK_SECONDS: f64 = 0.01;

/// What was logged.
#[derive(Clone, Default)]
struct Log(Rc<RefCell<Vec<String>>>);

impl Log {
    fn start() -> Self {
        let log = Self::default();
        let texts = Rc::clone(&log.0);
        set_log_sink(Some(Rc::new(move |text| texts.borrow_mut().push(cut(text)))));
        log
    }

    #[track_caller]
    fn expect(&self, texts: &[&str]) {
        assert_eq!(self.0.take(), texts);
    }

    /// What took long, without the time.
    #[track_caller]
    fn expect_slow(&self, handle: &str) {
        let texts = self.0.take();
        let [text] = &texts[..] else { panic!("not one text: {texts:?}") };
        let (start, time) = text.rsplit_once(" took ").expect("a time");
        assert_eq!(start, format!("Executing {handle}"));
        let seconds = time.strip_suffix(" seconds").expect("seconds");
        let (_, decimals) = seconds.split_once('.').expect("a fraction");
        assert_eq!(decimals.len(), 3);
        assert!(seconds.parse::<f64>().expect("a number") >= SLOW_CALLBACK_SECONDS);
    }
}

/// A text with `HERE` for a file and a line of this file.
fn cut(text: &str) -> String {
    let mut parts = text.split(file!());
    let mut cut = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let starts = ["\", line ", ", line ", ":"];
        let line = starts.iter().find_map(|start| part.strip_prefix(start));
        let rest = line.expect("a line").trim_start_matches(|c: char| c.is_ascii_digit());
        cut = cut.strip_suffix("File \"").unwrap_or(&cut).to_owned();
        cut.push_str("HERE");
        cut.push_str(rest);
    }
    cut
}

fn repr(value: &impl fmt::Debug) -> String {
    cut(&format!("{value:?}"))
}

/// A loop in debug mode, whose time is real, and for which nothing is slow.
fn new_loop() -> EventLoop {
    let loop_ = asyncio::new_event_loop();
    loop_.set_debug(true);
    loop_.set_slow_callback_duration(3600.0);
    loop_
}

/// A loop in debug mode that tells what takes long.
fn new_impatient_loop() -> EventLoop {
    let loop_ = new_loop();
    loop_.set_slow_callback_duration(SLOW_CALLBACK_SECONDS);
    loop_
}

/// Runs what is ready, and what is due by then.
fn run_briefly(loop_: &EventLoop) {
    let stopper = loop_.clone();
    loop_.call_soon(move || stopper.stop());
    loop_.run_forever().unwrap();
}

/// Runs the loop for as long as it takes.
fn run_until(loop_: &EventLoop, is_over: impl Fn() -> bool) {
    while !is_over() {
        run_briefly(loop_);
    }
}

fn fail() -> Result<()> {
    Err(ValueError("x"))
}

fn fail_with(_future: &Future<i32>) -> Result<()> {
    Err(ValueError("x"))
}

fn sleep() {
    thread::sleep(LONG);
}

fn sleep_with(_future: &Future<i32>) {
    thread::sleep(LONG);
}

async fn fail_later() -> Result<()> {
    Err(ValueError("x"))
}

async fn sleep_twice() -> Result<i32> {
    thread::sleep(LONG);
    asyncio::sleep(0).await?;
    thread::sleep(LONG);
    Ok(1)
}

// Callbacks that fail.

#[test]
fn a_callback_that_fails() {
    let (log, loop_) = (Log::start(), new_loop());
    loop_.call_soon(fail);
    run_briefly(&loop_);
    log.expect(&["Exception in callback fail()\n\
                  handle: <Handle fail() created at HERE>\n\
                  source_traceback: Object created at (most recent call last):\n  HERE\n\
                  ValueError: x"]);
    loop_.set_debug(false);
    loop_.call_soon(fail);
    run_briefly(&loop_);
    log.expect(&["Exception in callback fail()\nhandle: <Handle fail()>\nValueError: x"]);
}

#[test]
fn the_place_is_the_callers() {
    let log = Log::default();
    let texts = Rc::clone(&log.0);
    set_log_sink(Some(Rc::new(move |text| texts.borrow_mut().push(text.to_owned()))));
    let loop_ = new_loop();
    let (file, line) = (file!(), line!() + 1);
    loop_.call_soon(fail);
    run_briefly(&loop_);
    let lines = format!(
        "handle: <Handle fail() created at {file}:{line}>\n\
         source_traceback: Object created at (most recent call last):\n\
         \x20 File \"{file}\", line {line}\n\
         ValueError: x"
    );
    log.expect(&[&format!("Exception in callback fail()\n{lines}")]);
}

#[test]
fn a_done_callback_that_fails() {
    let (log, loop_) = (Log::start(), new_loop());
    let future = loop_.create_future();
    future.add_done_callback(fail_with);
    future.set_result(1).unwrap();
    run_briefly(&loop_);
    let texts = log.0.take();
    // Python cuts the argument to thirty characters, the place included.
    let [text] = &texts[..] else { panic!("not one text: {texts:?}") };
    let (start, rest) = text.split_once('\n').unwrap();
    assert!(start.starts_with("Exception in callback fail_with(<Future finis..."), "{start}");
    assert!(start.ends_with(">)"), "{start}");
    assert_eq!(start.len(), "Exception in callback fail_with()".len() + 30);
    let callback = start.strip_prefix("Exception in callback ").unwrap();
    assert_eq!(
        rest,
        format!(
            "handle: <Handle {callback} created at HERE>\n\
             source_traceback: Object created at (most recent call last):\n  HERE\n\
             ValueError: x"
        )
    );
    loop_.set_debug(false);
    let future = loop_.create_future();
    future.add_done_callback(fail_with);
    future.set_result(1).unwrap();
    run_briefly(&loop_);
    log.expect(&["Exception in callback fail_with()\nhandle: <Handle fail_with()>\nValueError: x"]);
}

#[test]
fn a_timer_that_fails() {
    let (log, loop_) = (Log::start(), EventLoop::with_virtual_clock());
    loop_.set_debug(true);
    loop_.call_later(1.5, fail);
    loop_.run_until_complete(asyncio::sleep(2)).unwrap();
    log.expect(&["Exception in callback fail()\n\
                  handle: <TimerHandle when=1.5 fail() created at HERE>\n\
                  source_traceback: Object created at (most recent call last):\n  HERE\n\
                  ValueError: x"]);
}

#[test]
fn a_callback_of_another_thread_that_fails() {
    let (log, loop_) = (Log::start(), new_loop());
    let handle = loop_.handle();
    thread::spawn(move || handle.call_soon_threadsafe(fail).unwrap()).join().unwrap();
    run_briefly(&loop_);
    log.expect(&["Exception in callback fail()\n\
                  handle: <_ThreadSafeHandle fail() created at HERE>\n\
                  source_traceback: Object created at (most recent call last):\n  HERE\n\
                  ValueError: x"]);
}

// What takes long.

#[test]
fn a_callback_that_takes_long() {
    let (log, loop_) = (Log::start(), new_impatient_loop());
    loop_.call_soon(sleep);
    run_briefly(&loop_);
    log.expect_slow("<Handle sleep() created at HERE>");
    let future = loop_.create_future();
    future.add_done_callback(sleep_with);
    future.set_result(1).unwrap();
    let argument = format!("{future:?}");
    let argument = format!("<Future finis...{}", &argument[argument.len() - 14..]);
    run_briefly(&loop_);
    log.expect_slow(&format!("<Handle sleep_with({argument}) created at HERE>"));
    loop_.call_soon_threadsafe(sleep);
    run_briefly(&loop_);
    log.expect_slow("<_ThreadSafeHandle sleep() created at HERE>");
}

#[test]
fn a_timer_that_takes_long() {
    let (log, loop_) = (Log::start(), new_impatient_loop());
    let called = Rc::new(Cell::new(false));
    let note = Rc::clone(&called);
    let timer = loop_.call_later(0, move || {
        note.set(true);
        thread::sleep(LONG);
    });
    run_until(&loop_, || called.get());
    let name = "a_timer_that_takes_long::{{closure}}()";
    log.expect_slow(&format!("<TimerHandle when={:?} {name} created at HERE>", timer.when()));
}

#[test]
fn a_step_that_takes_long_is_shown_by_its_task() {
    let (log, loop_) = (Log::start(), new_impatient_loop());
    let options = TaskOptions::new().name("t");
    let task = loop_.create_task_with(sleep_twice(), options);
    run_briefly(&loop_);
    log.expect_slow("<Task pending name='t' coro=<sleep_twice() running> created at HERE>");
    run_until(&loop_, || task.done());
    log.expect_slow("<Task finished name='t' coro=<sleep_twice() done> result=1 created at HERE>");
}

#[test]
fn a_callback_that_cancelled_its_handle_and_takes_long() {
    let (log, loop_) = (Log::start(), new_impatient_loop());
    let own = Rc::new(RefCell::new(None));
    let handle = Rc::clone(&own);
    own.replace(Some(loop_.call_soon(move || {
        let handle: asyncio::Handle = handle.take().unwrap();
        handle.cancel();
        thread::sleep(LONG);
    })));
    run_briefly(&loop_);
    log.expect_slow(
        "<Handle cancelled a_callback_that_cancelled_its_handle_and_takes_long::{{closure}}() \
         created at HERE>",
    );
}

#[test]
fn what_is_not_slow() {
    let (log, loop_) = (Log::start(), new_impatient_loop());
    loop_.call_soon(|| {});
    loop_.call_soon(sleep).cancel();
    loop_.set_debug(false);
    loop_.call_soon(sleep);
    run_briefly(&loop_);
    loop_.set_debug(true);
    // An exit is on its way out: nobody looks at the clock.
    loop_.call_soon(|| {
        thread::sleep(LONG);
        Err::<(), Error>(SystemExit(3))
    });
    assert!(loop_.run_forever().unwrap_err().is::<SystemExit>());
    loop_.set_slow_callback_duration(3600.0);
    assert_eq!(loop_.slow_callback_duration(), 3600.0);
    loop_.call_soon(sleep);
    run_briefly(&loop_);
    log.expect(&[]);
}

// What was lost.

#[test]
fn a_future_that_nobody_looked_at() {
    let (log, loop_) = (Log::start(), new_loop());
    let future: Future<()> = loop_.create_future();
    future.set_exception(ValueError("x")).unwrap();
    drop(future);
    log.expect(&["Future exception was never retrieved\n\
                  future: <Future finished exception=ValueError('x') created at HERE>\n\
                  source_traceback: Object created at (most recent call last):\n  HERE\n\
                  ValueError: x"]);
    loop_.set_debug(false);
    let future: Future<()> = loop_.create_future();
    future.set_exception(ValueError("x")).unwrap();
    drop(future);
    log.expect(&["Future exception was never retrieved\n\
                  future: <Future finished exception=ValueError('x')>\n\
                  ValueError: x"]);
}

#[test]
fn a_task_that_nobody_looked_at() {
    let (log, loop_) = (Log::start(), new_loop());
    loop_.create_task_with(fail_later(), TaskOptions::new().name("t"));
    run_briefly(&loop_);
    log.expect(&["Task exception was never retrieved\n\
                  future: <Task finished name='t' coro=<fail_later() done> \
                  exception=ValueError('x') created at HERE>\n\
                  source_traceback: Object created at (most recent call last):\n  HERE\n\
                  ValueError: x"]);
}

#[test]
fn a_task_that_is_destroyed() {
    async fn wait(future: Future<()>) -> Result<()> {
        future.await
    }

    let (log, loop_) = (Log::start(), new_loop());
    let future = loop_.create_future();
    loop_.create_task_with(wait(future.clone()), TaskOptions::new().name("t"));
    run_briefly(&loop_);
    loop_.close().unwrap();
    log.expect(&["Task was destroyed but it is pending!\n\
                  source_traceback: Object created at (most recent call last):\n  HERE\n\
                  task: <Task pending name='t' coro=<wait() done> wait_for=<Future pending \
                  cb=[Task.task_wakeup()] created at HERE> created at HERE>"]);
}

// What is said to the exception handler.

#[test]
fn a_report_out_of_a_handle_says_where_that_was_made() {
    let (log, loop_) = (Log::start(), new_loop());
    let lines = "hey\nhandle_traceback: Handle created at (most recent call last):\n  HERE";
    let reporter = loop_.clone();
    loop_.call_soon(move || reporter.call_exception_handler(ExceptionContext::new("hey")));
    run_briefly(&loop_);
    log.expect(&[lines]);
    let task = loop_.create_task(async {
        asyncio::get_running_loop().call_exception_handler(ExceptionContext::new("hey"))
    });
    loop_.run_until_complete(task).unwrap();
    log.expect(&[lines]);
    // Nothing is running any more.
    loop_.call_exception_handler(ExceptionContext::new("hey")).unwrap();
    log.expect(&["hey"]);
    loop_.set_debug(false);
    let reporter = loop_.clone();
    loop_.call_soon(move || reporter.call_exception_handler(ExceptionContext::new("hey")));
    run_briefly(&loop_);
    log.expect(&["hey"]);
}

#[test]
fn a_report_without_a_message() {
    let (log, loop_) = (Log::start(), new_loop());
    loop_.call_exception_handler(ExceptionContext::new("")).unwrap();
    log.expect(&["Unhandled exception in event loop"]);
}

#[test]
fn a_report_of_ones_own() {
    let (log, loop_) = (Log::start(), new_loop());
    let future: Future<()> = loop_.create_future();
    let task = loop_.create_task_with(async { asyncio::Ok(()) }, TaskOptions::new().name("t"));
    let mut context = ExceptionContext::new("all at once");
    context.exception = Some(KeyError("k"));
    context.future = Some(future.any());
    context.task = Some(task.any());
    context.handle = Some(loop_.call_soon(fail));
    context.source_traceback = Some(std::panic::Location::caller());
    context.handle_traceback = context.source_traceback;
    context.context = Some(Box::new(ExceptionContext::new("inner")));
    loop_.default_exception_handler(&context);
    log.expect(&["all at once\n\
                  context: {'message': 'inner'}\n\
                  future: <Future pending created at HERE>\n\
                  handle: <Handle fail() created at HERE>\n\
                  handle_traceback: Handle created at (most recent call last):\n  HERE\n\
                  source_traceback: Object created at (most recent call last):\n  HERE\n\
                  task: <Task pending name='t' \
                  coro=<a_report_of_ones_own() running> created at HERE>\n\
                  KeyError: 'k'"]);
    loop_.run_until_complete(task).unwrap();
    log.0.take();
}

#[test]
fn an_exception_handler_that_fails() {
    let (log, loop_) = (Log::start(), new_loop());
    let seen = Rc::new(Cell::new(None));
    let note = Rc::clone(&seen);
    loop_.set_exception_handler(move |_loop, context: &ExceptionContext| {
        note.set(Some((context.source_traceback.is_some(), context.handle_traceback.is_some())));
        Err::<(), Error>(KeyError("bad"))
    });
    loop_.call_soon(fail);
    run_briefly(&loop_);
    assert_eq!(seen.get(), Some((true, false)));
    log.expect(&["Unhandled error in exception handler\n\
                  context: {'message': 'Exception in callback fail()', 'exception': \
                  ValueError('x'), 'handle': <Handle fail() created at HERE>, \
                  'source_traceback': [<FrameSummary file HERE>]}\n\
                  handle_traceback: Handle created at (most recent call last):\n  HERE\n\
                  KeyError: 'bad'"]);
}

/// An error that cannot be shown.
struct Unprintable;

impl fmt::Debug for Unprintable {
    fn fmt(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("no repr")
    }
}

impl fmt::Display for Unprintable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unprintable")
    }
}

impl std::error::Error for Unprintable {}

#[test]
fn a_default_exception_handler_that_fails() {
    let (log, loop_) = (Log::start(), new_loop());
    let lose = || {
        let future: Future<()> = loop_.create_future();
        future.set_exception(Unprintable).unwrap();
    };
    lose();
    let texts = log.0.take();
    assert_eq!(texts.len(), 1);
    assert!(texts[0].starts_with("Exception in default exception handler\n"), "{texts:?}");
    assert!(texts[0].contains("no repr"), "{texts:?}");
    loop_.set_exception_handler(|_loop, _context: &ExceptionContext| {
        Err::<(), Error>(KeyError("k"))
    });
    lose();
    let texts = log.0.take();
    assert_eq!(texts.len(), 1);
    let (start, rest) = texts[0].split_once('\n').unwrap();
    assert_eq!(
        start,
        "Exception in default exception handler while handling an unexpected error in custom \
         exception handler"
    );
    assert!(rest.starts_with("KeyError: 'k'\n\nDuring handling of the above"), "{rest}");
    assert!(rest.contains("no repr"), "{rest}");
}

#[test]
fn a_task_of_a_group_that_fails_too_late() {
    async fn enter(group: TaskGroup) -> Result<()> {
        group.aenter().await?;
        group.create_task_with(fail_later(), TaskOptions::new().name("late"))?;
        Ok(())
    }

    let (log, loop_) = (Log::start(), new_loop());
    let options = TaskOptions::new().name("p");
    let parent = loop_.create_task_with(enter(TaskGroup::new()), options);
    loop_.run_until_complete(&parent).unwrap();
    run_briefly(&loop_);
    let late = "<Task finished name='late' coro=<fail_later() done> exception=ValueError('x') \
                created at HERE>";
    log.expect(&[&format!(
        "Task {late} has errored out but its parent task <Task finished name='p' \
         coro=<enter() done> result=None created at HERE> is already completed\n\
         handle_traceback: Handle created at (most recent call last):\n  HERE\n\
         task: {late}\n\
         ValueError: x"
    )]);
}

#[test]
fn a_task_that_fails_while_its_runner_closes() {
    async fn stubborn() -> Result<()> {
        let _ = asyncio::sleep(3600).await;
        Err(ValueError("x"))
    }

    async fn main() -> Result<()> {
        asyncio::create_task_with(stubborn(), TaskOptions::new().name("t"));
        asyncio::sleep(0).await
    }

    let log = Log::start();
    asyncio::run_with(main(), RunOptions::new().debug(true)).unwrap();
    log.expect(&["unhandled exception during asyncio.run() shutdown\n\
                  task: <Task finished name='t' coro=<stubborn() done> exception=ValueError('x') \
                  created at HERE>\n\
                  ValueError: x"]);
}

// Reprs.

/// What each thing looks like, in debug mode or not.
fn reprs(debug: bool) -> Vec<String> {
    let loop_ = EventLoop::with_virtual_clock();
    loop_.set_debug(debug);
    let mut reprs = vec![repr(&loop_)];

    let handle = loop_.call_soon(fail);
    reprs.push(repr(&handle));
    handle.cancel();
    reprs.push(repr(&handle));
    let timer = loop_.call_at(2.5, fail);
    reprs.push(repr(&timer));
    timer.cancel();
    reprs.push(repr(&timer));
    let handle = loop_.call_soon_threadsafe(fail);
    reprs.push(repr(&handle));
    handle.cancel();
    reprs.push(repr(&handle));

    let future = loop_.create_future();
    future.add_done_callback(sleep_with);
    reprs.push(repr(&future));
    future.set_result(7).unwrap();
    reprs.push(repr(&future));
    let future: Future<()> = loop_.create_future();
    future.cancel();
    reprs.push(repr(&future));
    let task = loop_.create_task_with(asyncio::sleep(0), TaskOptions::new().name("t"));
    reprs.push(repr(&task));
    task.cancel();
    reprs.push(repr(&task));
    loop_.run_until_complete(&task).unwrap_err();
    reprs.push(repr(&task));
    loop_.close().unwrap();
    reprs.push(repr(&loop_));
    reprs
}

#[test]
fn reprs_out_of_debug_mode() {
    let expected = [
        "<_UnixSelectorEventLoop running=False closed=False debug=False>",
        "<Handle fail()>",
        "<Handle cancelled>",
        "<TimerHandle when=2.5 fail()>",
        "<TimerHandle cancelled when=2.5>",
        "<_ThreadSafeHandle fail()>",
        "<_ThreadSafeHandle cancelled>",
        "<Future pending cb=[sleep_with()]>",
        "<Future finished result=7>",
        "<Future cancelled>",
        "<Task pending name='t' coro=<sleep() running>>",
        "<Task cancelling name='t' coro=<sleep() running>>",
        "<Task cancelled name='t' coro=<sleep() done>>",
        "<_UnixSelectorEventLoop running=False closed=True debug=False>",
    ];
    assert_eq!(reprs(false), expected);
}

#[test]
fn reprs_in_debug_mode() {
    let expected = [
        "<_UnixSelectorEventLoop running=False closed=False debug=True>",
        "<Handle fail() created at HERE>",
        "<Handle cancelled fail() created at HERE>",
        "<TimerHandle when=2.5 fail() created at HERE>",
        "<TimerHandle cancelled when=2.5 fail() created at HERE>",
        "<_ThreadSafeHandle fail() created at HERE>",
        "<_ThreadSafeHandle cancelled fail() created at HERE>",
        "<Future pending cb=[sleep_with()] created at HERE>",
        "<Future finished result=7 created at HERE>",
        "<Future cancelled created at HERE>",
        "<Task pending name='t' coro=<sleep() running> created at HERE>",
        "<Task cancelling name='t' coro=<sleep() running> created at HERE>",
        "<Task cancelled name='t' coro=<sleep() done> created at HERE>",
        "<_UnixSelectorEventLoop running=False closed=True debug=True>",
    ];
    assert_eq!(reprs(true), expected);
}

#[test]
fn a_cancelled_handle_looks_as_it_was_made() {
    let loop_ = EventLoop::with_virtual_clock();
    let before = loop_.call_soon(fail);
    loop_.set_debug(true);
    let within = loop_.call_soon(fail);
    before.cancel();
    assert_eq!(repr(&before), "<Handle cancelled>");
    loop_.set_debug(false);
    within.cancel();
    assert_eq!(repr(&within), "<Handle cancelled fail() created at HERE>");
}

#[test]
fn reprs_of_blocks_are_the_same_in_debug_mode() {
    async fn main() -> Result<()> {
        let timeout = asyncio::timeout(1.25);
        assert_eq!(repr(&timeout), "<Timeout [created]>");
        timeout
            .run(async |timeout| {
                assert_eq!(repr(timeout), "<Timeout [active] when=1.25>");
                asyncio::Ok(())
            })
            .await?;
        assert_eq!(repr(&timeout), "<Timeout [finished]>");
        let group = TaskGroup::new();
        assert_eq!(repr(&group), "<TaskGroup>");
        group
            .run(async |group| {
                group.create_task(asyncio::sleep(0))?;
                assert_eq!(repr(group), "<TaskGroup tasks=1 entered>");
                group.cancel();
                assert_eq!(repr(group), "<TaskGroup tasks=1 cancelling>");
                asyncio::Ok(())
            })
            .await
    }

    for debug in [false, true] {
        let loop_ = EventLoop::with_virtual_clock();
        loop_.set_debug(debug);
        loop_.run_until_complete(main()).unwrap();
        loop_.close().unwrap();
    }
}

// Where things were created.

/// Fails unless `thing` was made in the line before.
macro_rules! assert_made_here {
    ($thing:expr) => {
        let place = format!(" created at {}:{}", file!(), line!() - 1);
        let repr = format!("{:?}", $thing);
        assert!(repr.contains(&place), "not{place}: {repr}");
    };
}

async fn nothing() -> Result<()> {
    Ok(())
}

#[test]
fn handles_were_made_where_they_were_asked_for() {
    let loop_ = new_loop();
    let context = asyncio::copy_context();
    let handle = loop_.call_soon(|| {});
    assert_made_here!(handle);
    let handle = loop_.call_soon_with(|| {}, &context);
    assert_made_here!(handle);
    let timer = loop_.call_later(1, || {});
    assert_made_here!(timer);
    let timer = loop_.call_later_with(1, || {}, &context);
    assert_made_here!(timer);
    let timer = loop_.call_at(1.0, || {});
    assert_made_here!(timer);
    let timer = loop_.call_at_with(1.0, || {}, &context);
    assert_made_here!(timer);
    let timer = loop_.call_when(1.0, || {});
    assert_made_here!(timer);
    let handle = loop_.call_soon_threadsafe(|| {});
    assert_made_here!(handle);
    let handle = loop_.handle().call_soon_threadsafe(|| {}).unwrap();
    assert_made_here!(handle);
}

#[test]
fn futures_and_tasks_were_made_where_they_were_asked_for() {
    async fn main() -> Result<()> {
        let loop_ = asyncio::get_running_loop();
        let future: Future<()> = Future::new();
        assert_made_here!(future);
        let future: Future<()> = loop_.create_future();
        assert_made_here!(future);
        let task = asyncio::create_task(nothing());
        assert_made_here!(task);
        let task = asyncio::create_task_with(nothing(), TaskOptions::new());
        assert_made_here!(task);
        let task = loop_.create_task(nothing());
        assert_made_here!(task);
        let task = asyncio::ensure_future(nothing());
        assert_made_here!(task);
        let shielded = asyncio::shield(nothing());
        assert_made_here!(shielded);
        let gathered = asyncio::gather((nothing(), nothing()));
        assert_made_here!(gathered);
        let gathered = asyncio::gather_return_exceptions((nothing(), nothing()));
        assert_made_here!(gathered);
        let gathered = asyncio::gather_all([nothing(), nothing()]);
        assert_made_here!(gathered);
        let gathered = asyncio::gather_all_return_exceptions([nothing(), nothing()]);
        assert_made_here!(gathered);
        TaskGroup::new()
            .run(async |group| {
                let task = group.create_task(nothing())?;
                assert_made_here!(task);
                let task = group.create_task_with(nothing(), TaskOptions::new())?;
                assert_made_here!(task);
                asyncio::Ok(())
            })
            .await?;
        // The tasks made on the way, too.
        let here = format!(" created at {}:", file!());
        for task in asyncio::all_tasks() {
            assert!(format!("{task:?}").contains(&here), "{task:?}");
        }
        asyncio::sleep(0).await
    }

    let mut runner = Runner::with(RunOptions::new().debug(true));
    runner.run(main()).unwrap();
    runner.close().unwrap();
    asyncio::run_with(main(), RunOptions::new().debug(true)).unwrap();
}

#[test]
fn tasks_of_a_factory_were_made_where_they_were_asked_for() {
    let loop_ = new_loop();
    loop_.set_task_factory(asyncio::eager_task_factory);
    let task = loop_.create_task(nothing());
    assert_made_here!(task);
    loop_.set_task_factory(asyncio::AnyTask::new);
    let task = loop_.create_task(nothing());
    assert_made_here!(task);
    loop_.clear_task_factory();
    run_briefly(&loop_);
}

// Switching it on.

#[test]
fn the_environment_switches_it_on() {
    const CHILD: &str = "ASYNCIO_TEST_EXPECTED";
    if let Some(expected) = env::var_os(CHILD) {
        assert_eq!(asyncio::new_event_loop().get_debug(), expected == "true");
        return;
    }
    let values = [("1", true), ("yes", true), ("0", false), ("", false)];
    for (value, expected) in values {
        let status = Command::new(env::current_exe().unwrap())
            .args(["--exact", "the_environment_switches_it_on"])
            .env("ASYNCIO_DEBUG", value)
            .env(CHILD, expected.to_string())
            .output()
            .unwrap()
            .status;
        assert!(status.success(), "ASYNCIO_DEBUG={value:?}");
    }
}

#[test]
fn a_runner_switches_it_on_or_off() {
    async fn main() -> Result<bool> {
        Ok(asyncio::get_running_loop().get_debug())
    }

    assert!(asyncio::run_with(main(), RunOptions::new().debug(true)).unwrap());
    assert!(!asyncio::run_with(main(), RunOptions::new().debug(false)).unwrap());
}

#[test]
fn the_callback_of_a_timeout_has_its_name() {
    let (log, loop_) = (Log::start(), new_loop());
    loop_.set_slow_callback_duration(0.0);
    let outcome = loop_.run_until_complete(asyncio::wait_for(asyncio::sleep(1), 0.001));
    assert!(outcome.is_err());
    let texts = log.0.take();
    let is_it = |text: &String| text.contains(" Timeout._on_timeout() created at ");
    assert!(texts.iter().any(is_it), "{texts:?}");
}
