//! What every scenario is written with: a virtual clock and a trace.
//!
//! `python/trace.py` has the same functions under the same names, so that a scenario reads
//! alike in both languages. A line of a trace is `[iteration time] text`: the iterations that
//! the loop has begun, its time, and what the scenario or the log has to say.
//!
//! Three things are written differently, because the languages are different:
//! - Python's `attempt(label, function, *args)` takes a closure here, and that closure returns a
//!   `Result`; a panic of the runtime is shown as the `RuntimeError` which it is in CPython.
//! - A tuple of results is shown as a list: `gather` returns a list in Python and keeps the
//!   types apart in Rust.
//! - Where Python keeps what it awaited, `&task` is awaited: `task.await` moves the result out.
//!
//! Cut from every text, on both sides, is what Rust cannot know or Python cannot repeat:
//! - ` at FILE:LINE`: where a callback is defined, where a coroutine is suspended or defined,
//!   where something was created (`created at FILE:LINE` becomes `created`);
//! - the word `defined` of `done, defined at FILE:LINE`: a coroutine is `running` or `done`;
//! - ` at 0x…`, the address of an object;
//! - the functions around a nested one: Python's `outer.<locals>.inner` is `inner`, and so is
//!   Rust's; `{{closure}}` is Python's `<lambda>`;
//! - tracebacks and blank lines in the log; the lines of the exceptions stay.
//!
//! Not compared, and scenarios keep clear of it: the repr of a result whose type has no Python
//! twin (lists, tuples, classes); an exception's implicit context, which `raise` in an `except`
//! block sets and `Err` does not; the arguments of callbacks, which closures hide; the moment
//! at which something lost in a reference cycle is reported (`collect` sets one).

use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use asyncio::{AnyFuture, Awaitable, Error, EventLoop, Future, Result, RuntimeError, Task};

use crate::repr::Repr;

thread_local! {
    static LINES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    static LOOP: RefCell<Option<EventLoop>> = const { RefCell::new(None) };
}

/// Runs a scenario on this thread and returns its trace.
pub(crate) fn record(scenario: fn()) -> Vec<String> {
    asyncio::__private::set_log_sink(Some(Rc::new(trace_log)));
    scenario();
    let lines = LINES.take();
    // What the scenario left behind is dropped now, and reported to nobody.
    drop(LOOP.take());
    LINES.take();
    lines
}

// Tracing.

/// Writes a line: loop iteration, virtual time, text.
macro_rules! trace {
    ($($text:tt)+) => {
        $crate::trace::write_line(&format!($($text)+))
    };
}
pub(crate) use trace;

/// What `trace!` calls.
pub(crate) fn write_line(text: &str) {
    let place = match LOOP.with_borrow(Option::clone) {
        Some(loop_) => format!("{} {}", iteration(), loop_.time().repr()),
        None => "- -".to_owned(),
    };
    LINES.with_borrow_mut(|lines| lines.push(format!("[{place}] {}", normalise(text))));
}

/// Writes a value's repr.
pub(crate) fn show(label: &str, value: impl Repr) {
    trace!("{label}: {}", value.repr());
}

/// What [`state`] can look at.
pub(crate) trait State {
    fn future(&self) -> AnyFuture;
}

impl<T: 'static> State for Future<T> {
    fn future(&self) -> AnyFuture {
        self.any()
    }
}

impl<T: 'static> State for Task<T> {
    fn future(&self) -> AnyFuture {
        Future::any(self)
    }
}

/// Writes whether a future is pending, done or cancelled, and a task's count.
pub(crate) fn state(label: &str, future: &impl State) {
    let future = future.future();
    let name = match (future.cancelled(), future.done()) {
        (true, _) => "cancelled",
        (false, true) => "done",
        (false, false) => "pending",
    };
    match future.as_task() {
        Some(task) => trace!("{label} is {name}, cancelling {}", task.cancelling()),
        None => trace!("{label} is {name}"),
    }
}

/// Calls a function and writes what it returns or raises.
pub(crate) fn attempt<T: Repr>(label: &str, function: impl FnOnce() -> Result<T>) {
    let result = catch_unwind(AssertUnwindSafe(function));
    write_outcome(label, result.unwrap_or_else(|payload| Err(raised(&*payload))));
}

/// Awaits something and writes what it returns or raises; raises nothing.
pub(crate) async fn outcome<A>(label: &str, awaitable: A) -> Result<()>
where
    A: Awaitable<Failure = Error>,
    A::Value: Repr,
{
    write_outcome(label, awaitable.await);
    Ok(())
}

/// Awaits something, writes what it returns or raises, and passes it on.
pub(crate) async fn watch<A>(label: &str, awaitable: A) -> Result<A::Value>
where
    A: Awaitable<Failure = Error>,
    A::Value: Repr + Clone,
{
    let result = awaitable.await;
    write_outcome(label, result.clone());
    result
}

fn write_outcome<T: Repr>(label: &str, result: Result<T>) {
    match result {
        Ok(value) => show(label, value),
        Err(error) => trace!("{label} raised {error:?}"),
    }
}

/// The exception that CPython raises where this crate panics with its text.
fn raised(payload: &(dyn Any + Send)) -> Error {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| payload.downcast_ref::<&str>().copied());
    RuntimeError(text.unwrap_or("a panic without a text"))
}

// Running.

/// Makes a loop with a virtual clock; later lines show its iterations and time.
pub(crate) fn new_event_loop() -> EventLoop {
    let loop_ = EventLoop::with_virtual_clock();
    use_loop(&loop_);
    loop_
}

/// Lets later lines show the iterations and time of this loop.
pub(crate) fn use_loop(loop_: &EventLoop) {
    LOOP.set(Some(loop_.clone()));
}

/// The number of iterations the traced loop has begun.
pub(crate) fn iteration() -> u64 {
    LOOP.with_borrow(|loop_| loop_.as_ref().map_or(0, asyncio::__private::iteration))
}

/// Runs a coroutine on a new loop, until complete.
pub(crate) fn run<A>(main: A) -> EventLoop
where
    A: Awaitable + 'static,
    A::IntoFuture: 'static,
    A::Value: 'static,
{
    let loop_ = new_event_loop();
    if let Err(error) = loop_.run_until_complete(main) {
        trace!("run raised {error:?}");
    }
    loop_
}

/// Runs exactly one iteration, which does not wait.
pub(crate) fn run_once(loop_: &EventLoop) {
    loop_.stop();
    run_forever(loop_);
}

/// Runs until a virtual time; the stop is a timer like any other.
pub(crate) fn run_until(loop_: &EventLoop, when: f64) {
    stop_at(loop_, when);
    run_forever(loop_);
}

/// Sets a timer that stops the loop.
pub(crate) fn stop_at(loop_: &EventLoop, when: f64) {
    let stopper = loop_.clone();
    loop_.call_at(when, move || stopper.stop());
}

/// Runs until something stops the loop, which no error may do.
pub(crate) fn run_forever(loop_: &EventLoop) {
    loop_.run_forever().expect("nothing escapes the loop");
}

/// Collects reference cycles, in Python; a Rust program has none to collect.
pub(crate) fn collect() {}

// Texts.

fn trace_log(text: &str) {
    let is_kept = |line: &&str| !line.is_empty() && !line.starts_with("  File \"");
    for (number, line) in text.lines().filter(is_kept).enumerate() {
        let indent = if number == 0 { "" } else { "  " };
        trace!("log {indent}{line}");
    }
}

fn normalise(text: &str) -> String {
    let text = cut_after(text, " at ", is_place);
    let text = text.replace(" done, defined", " done");
    cut_paths(&text)
}

/// Cuts each `marker` that is followed by a word which `is_cut`, together with that word.
fn cut_after(text: &str, marker: &str, is_cut: fn(&str) -> bool) -> String {
    let mut pieces = text.split(marker);
    let mut result = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let end = piece.find(|c: char| c.is_whitespace() || ",>])".contains(c));
        let (word, rest) = piece.split_at(end.unwrap_or(piece.len()));
        if !is_cut(word) {
            result.push_str(marker);
            result.push_str(word);
        }
        result.push_str(rest);
    }
    result
}

/// Whether this is `FILE:LINE`, `FILE:LINE:COLUMN` or an address.
fn is_place(word: &str) -> bool {
    let line = word.rsplit(':').next().unwrap_or_default();
    let is_number = !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit());
    word.starts_with("0x") || (word.contains(':') && is_number)
}

/// Leaves the last name of `path::to::name`, and `<lambda>` of a closure's path.
fn cut_paths(text: &str) -> String {
    let is_path = |c: char| c.is_alphanumeric() || "_:{}".contains(c);
    let mut result = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(is_path) {
        let (before, from) = rest.split_at(start);
        let (path, after) = from.split_at(from.find(|c| !is_path(c)).unwrap_or(from.len()));
        result.push_str(before);
        result.push_str(match path.rsplit_once("::") {
            Some((_, "{{closure}}")) => "<lambda>",
            Some((_, name)) if !name.is_empty() => name,
            _ => path,
        });
        rest = after;
    }
    result + rest
}

#[test]
fn normalising_cuts_what_the_languages_do_not_share() {
    for (text, expected) in [
        ("<Handle a::b::f() at src/x.rs:1:2>", "<Handle f()>"),
        ("<Handle f() created at src/x.rs:12>", "<Handle f() created>"),
        ("<TimerHandle when=1.5 a::{{closure}}()>", "<TimerHandle when=1.5 <lambda>()>"),
        ("coro=<f() done, defined at x.rs:1> result=1>", "coro=<f() done> result=1>"),
        ("coro=<f() running at x.rs:1> cb=[g() at x.rs:2]>", "coro=<f() running> cb=[g()]>"),
        ("<object at 0x7f12>, at once: 1", "<object>, at once: 1"),
        ("{'message': 'first'}", "{'message': 'first'}"),
        ("log   ValueError: at 12", "log   ValueError: at 12"),
    ] {
        assert_eq!(normalise(text), expected);
    }
}
