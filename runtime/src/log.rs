//! The `asyncio` logger; mirrors `log.py` and the last resort of Python's `logging`.
//!
//! Python prints warnings and errors on stderr when nobody set up logging, because they must
//! be seen; so does this. With the feature `tracing` they are events of the target `asyncio`
//! for whoever has a subscriber.

use std::cell::RefCell;
use std::rc::Rc;

/// Takes the place of stderr, for tests.
pub type Sink = Rc<dyn Fn(&str)>;

thread_local! {
    static SINK: RefCell<Option<Sink>> = const { RefCell::new(None) };
}

/// Sends this thread's log messages to `sink` instead of stderr.
pub fn set_log_sink(sink: Option<Sink>) {
    let before = SINK.with(|current| current.replace(sink));
    drop(before);
}

/// How grave a message is, of those that Python shows unasked.
#[derive(Clone, Copy)]
enum Level {
    Warning,
    Error,
}

/// Logs what works, but not as it should.
pub(crate) fn warning(text: &str) {
    log(Level::Warning, text);
}

/// Logs what went wrong and that nobody else hears of.
pub(crate) fn error(text: &str) {
    log(Level::Error, text);
}

fn log(level: Level, text: &str) {
    let sink = SINK.try_with(|sink| sink.borrow().clone()).ok().flatten();
    match sink {
        Some(sink) => sink(text),
        None if trace(level, text) => {}
        None => eprintln!("{text}"),
    }
}

/// Makes an event of a message; false if this thread's events reach no subscriber.
#[cfg(feature = "tracing")]
fn trace(level: Level, text: &str) -> bool {
    use tracing::{dispatcher, error, subscriber::NoSubscriber, warn};

    let is_heard = dispatcher::has_been_set()
        && dispatcher::get_default(|subscriber| !subscriber.is::<NoSubscriber>());
    if is_heard {
        match level {
            Level::Warning => warn!(target: "asyncio", "{text}"),
            Level::Error => error!(target: "asyncio", "{text}"),
        }
    }
    is_heard
}

#[cfg(not(feature = "tracing"))]
fn trace(_level: Level, _text: &str) -> bool {
    false
}
