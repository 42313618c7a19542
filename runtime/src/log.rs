//! The loggers `asyncio` and `concurrent.futures`; mirrors `log.py` and the last resort of
//! Python's `logging`.
//!
//! Python prints warnings and errors on stderr when nobody set up logging, because they must
//! be seen; so does this. With the feature `tracing` they are events, whose target is the
//! logger's name, for whoever has a subscriber.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

/// Takes the place of stderr, for tests.
pub type Sink = Rc<dyn Fn(&str)>;

thread_local! {
    static SINK: RefCell<Option<Sink>> = const { RefCell::new(None) };
    static KEPT: RefCell<Option<Kept>> = const { RefCell::new(None) };
}

/// Errors that are kept for who asks for them at the end.
struct Kept {
    texts: Vec<String>,
    /// Whether they are logged as well.
    shown: bool,
}

/// Sends this thread's log messages to `sink` instead of stderr.
pub fn set_log_sink(sink: Option<Sink>) {
    let before = SINK.with(|current| current.replace(sink));
    drop(before);
}

/// Keeps what this thread logs as an error from now on; it is logged as well only if `shown`.
pub(crate) fn keep_errors(shown: bool) {
    KEPT.set(Some(Kept { texts: Vec::new(), shown }));
}

/// Gives the errors that were kept, and keeps no more.
pub(crate) fn take_kept_errors() -> Vec<String> {
    KEPT.take().map_or_else(Vec::new, |kept| kept.texts)
}

/// Keeps an error if it is to be kept; whether it is to be logged.
fn keep(text: &str) -> bool {
    let keep = |kept: &RefCell<Option<Kept>>| match &mut *kept.borrow_mut() {
        Some(kept) => {
            kept.texts.push(text.to_owned());
            kept.shown
        }
        None => true,
    };
    KEPT.try_with(keep).unwrap_or(true)
}

/// Who says something, and how grave it is; what is less grave Python does not show unasked.
#[derive(Clone, Copy)]
enum Logger {
    Warning,
    Error,
    ConcurrentError,
}

/// Logs what works, but not as it should.
pub(crate) fn warning(text: &str) {
    log(Logger::Warning, text);
}

/// Logs what went wrong and that nobody else hears of.
pub(crate) fn error(text: &str) {
    log(Logger::Error, text);
}

/// The same of `concurrent.futures`.
pub(crate) fn concurrent_error(text: &str) {
    log(Logger::ConcurrentError, text);
}

fn log(logger: Logger, text: &str) {
    if !matches!(logger, Logger::Warning) && !keep(text) {
        return;
    }
    let sink = SINK.try_with(|sink| sink.borrow().clone()).ok().flatten();
    match sink {
        Some(sink) => sink(text),
        None if trace(logger, text) => {}
        // A stderr that is closed ends no loop.
        None => _ = writeln!(io::stderr().lock(), "{text}"),
    }
}

/// Makes an event of a message; false if this thread's events reach no subscriber.
#[cfg(feature = "tracing")]
fn trace(logger: Logger, text: &str) -> bool {
    use tracing::{dispatcher, error, subscriber::NoSubscriber, warn};

    let is_heard = dispatcher::has_been_set()
        && dispatcher::get_default(|subscriber| !subscriber.is::<NoSubscriber>());
    if is_heard {
        match logger {
            Logger::Warning => warn!(target: "asyncio", "{text}"),
            Logger::Error => error!(target: "asyncio", "{text}"),
            Logger::ConcurrentError => error!(target: "concurrent.futures", "{text}"),
        }
    }
    is_heard
}

#[cfg(not(feature = "tracing"))]
fn trace(_logger: Logger, _text: &str) -> bool {
    false
}
