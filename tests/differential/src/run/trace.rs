//! The lines that a program leaves behind.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::mem;

use asyncio::{EventLoop, ExceptionContext, Result, ValueError};

use super::value::Value;

const IN_CALLBACK: &str = "Exception in callback";

#[derive(Default)]
pub(super) struct Trace {
    lines: RefCell<Vec<String>>,
    /// Exceptions that nobody retrieved. When this shows is up to Python's collector.
    lost: RefCell<Vec<String>>,
    loop_: RefCell<Option<EventLoop>>,
    /// Whether a task was destroyed while it was pending: in Python that runs code, which may
    /// retrieve what here is lost.
    destroyed: Cell<bool>,
}

impl Trace {
    /// Lets the lines show the iterations and time of this loop.
    pub(super) fn watch(&self, loop_: &EventLoop) {
        self.loop_.replace(Some(loop_.clone()));
    }

    /// Writes no more lines; only what was lost is told.
    pub(super) fn close(&self) {
        self.loop_.take();
    }

    pub(super) fn note(&self, text: &str) {
        let Some(loop_) = &*self.loop_.borrow() else { return };
        let (iteration, time) = (asyncio::__private::iteration(loop_), loop_.time());
        let line = format!("[{iteration} {time:?}] {}", normalise(text));
        self.lines.borrow_mut().push(line);
    }

    /// Calls a function and writes what it returns or raises.
    pub(super) fn attempt<T: Into<Value>>(
        &self,
        label: &str,
        function: impl FnOnce() -> Result<T>,
    ) {
        self.outcome(label, function().map(Into::into));
    }

    /// Writes what something returned or raised.
    pub(super) fn outcome(&self, label: &str, outcome: Result<Value>) {
        match outcome {
            Ok(value) => self.note(&format!("{label}: {value:?}")),
            Err(error) => self.note(&format!("{label} raised {error:?}")),
        }
    }

    /// Takes what the loop logs: the message and what it is about, without the exception.
    pub(super) fn log(&self, text: &str) {
        let mut lines = text.lines();
        let first = lines.next().unwrap_or_default();
        if ["RuntimeWarning: ", "ResourceWarning: "].iter().any(|it| first.starts_with(it)) {
            // Python warns otherwise.
            return;
        }
        let is_about = |line: &&str| ["future: ", "task: "].iter().any(|key| line.starts_with(key));
        let mut line = format!("log {}", without_callback(first));
        for about in lines.filter(is_about) {
            line += " | ";
            line += about;
        }
        self.tell(first, &line);
    }

    /// Takes what the loop tells its exception handler.
    pub(super) fn handle(&self, context: &ExceptionContext, fails: bool) -> Result<()> {
        let mut line = format!("handler {}", without_callback(&context.message));
        let mut about = |key: &str, value: Option<&dyn fmt::Debug>| {
            if let Some(value) = value {
                line += &format!(" | {key}={value:?}");
            }
        };
        about("exception", context.exception.as_ref().map(|it| it as _));
        about("future", context.future.as_ref().map(|it| it as _));
        about("task", context.task.as_ref().map(|it| it as _));
        match self.tell(&context.message, &line) && fails {
            true => Err(ValueError("handler")),
            false => Ok(()),
        }
    }

    /// Writes what the loop says; false if that is not for now.
    fn tell(&self, message: &str, line: &str) -> bool {
        if message.contains("never retrieved") {
            self.lost.borrow_mut().push(normalise(line));
            return false;
        }
        if message.contains("destroyed but it is pending") {
            self.destroyed.set(true);
            return false;
        }
        self.note(line);
        true
    }

    /// All lines, those about what was lost at the end.
    pub(super) fn finish(&self) -> Vec<String> {
        let mut lost = self.lost.take();
        if self.destroyed.get() {
            lost.clear();
        }
        lost.sort();
        let mut lines = mem::take(&mut *self.lines.borrow_mut());
        lines.extend(lost.into_iter().map(|line| format!("lost: {line}")));
        lines
    }
}

/// Cuts the repr of a callback, which the languages do not share.
fn without_callback(message: &str) -> &str {
    if message.starts_with(IN_CALLBACK) { IN_CALLBACK } else { message }
}

/// Cuts what the two languages cannot share from the reprs of futures and tasks.
fn normalise(text: &str) -> String {
    let text = cut(text, " cb=[", "]");
    let text = cut(&text, " coro=<", ">");
    cut_addresses(cut_results(&text))
}

/// Results are shown, but not inside of reprs: Python does not know ours.
fn cut_results(text: &str) -> String {
    match (text.split_once(" result="), text.rsplit_once('>')) {
        (Some((before, _)), Some((_, after))) => format!("{before}>{after}"),
        _ => text.to_owned(),
    }
}

fn cut_addresses(text: String) -> String {
    if !text.contains(" at 0x") {
        return text;
    }
    let mut pieces = text.split(" at 0x");
    let first = pieces.next().unwrap_or_default().to_owned();
    let is_digit = |c: char| c.is_ascii_hexdigit();
    pieces.fold(first, |text, piece| text + piece.trim_start_matches(is_digit))
}

/// Cuts everything from `start` up to and with `end`.
fn cut(text: &str, start: &str, end: &str) -> String {
    let mut pieces = text.split(start);
    let mut result = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        if let Some((_, after)) = piece.split_once(end) {
            result.push_str(after);
        } else {
            result.push_str(start);
            result.push_str(piece);
        }
    }
    result
}

#[test]
fn reprs_lose_what_the_languages_do_not_share() {
    for (text, expected) in [
        (
            "<Task pending name='t1' coro=<f() running> cb=[g()]> | x",
            "<Task pending name='t1'> | x",
        ),
        ("<Task finished name='t1' coro=<f() done> result=<Value>>", "<Task finished name='t1'>"),
        ("<ContextVar name='v0' at 0x7f12ab>, at once", "<ContextVar name='v0'>, at once"),
        ("f1 await sleep: 3", "f1 await sleep: 3"),
    ] {
        assert_eq!(normalise(text), expected);
    }
}
