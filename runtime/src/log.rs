//! The `asyncio` logger; mirrors `log.py` and the last resort of Python's `logging`.
//!
//! Python prints warnings and errors on stderr when nobody set up logging, because they must
//! be seen; so does this.

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

/// Logs a warning or an error; what is less grave is not logged at all.
pub(crate) fn log(text: &str) {
    let sink = SINK.try_with(|sink| sink.borrow().clone()).ok().flatten();
    match sink {
        Some(sink) => sink(text),
        None => eprintln!("{text}"),
    }
}
