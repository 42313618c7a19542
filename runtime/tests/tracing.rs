//! The feature `tracing`: what asyncio logs reaches a subscriber, or stderr if there is none.
#![forbid(unsafe_code)]

use std::env;
use std::fmt::{Debug, Write};
use std::process::Command;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use asyncio::{EventLoop, Future, Result, ValueError, concurrent};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber, subscriber};

/// Sends on what it hears: level, target and fields of each event.
struct Listener {
    heard: Mutex<Sender<(Level, String, String)>>,
    /// Whether it wants events at all.
    enabled: bool,
}

impl Listener {
    fn new(enabled: bool) -> (Self, Receiver<(Level, String, String)>) {
        let (heard, events) = channel();
        (Self { heard: Mutex::new(heard), enabled }, events)
    }
}

struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, "{field}={value:?}").unwrap();
    }
}

impl Subscriber for Listener {
    fn enabled(&self, _metadata: &Metadata<'_>) -> bool {
        self.enabled
    }

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields(String::new());
        event.record(&mut fields);
        let metadata = event.metadata();
        let heard = (*metadata.level(), metadata.target().to_owned(), fields.0);
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).send(heard).unwrap();
    }

    fn new_span(&self, _span: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _span: &Id, _values: &Record<'_>) {}

    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}

    fn enter(&self, _span: &Id) {}

    fn exit(&self, _span: &Id) {}
}

/// Has asyncio log an error: a failure that nobody looks at.
fn lose(text: &'static str) -> Result<()> {
    let loop_ = EventLoop::with_virtual_clock();
    let future: Future<()> = loop_.create_future();
    future.set_exception(ValueError(text))?;
    drop(future);
    loop_.close()
}

/// Has asyncio log a warning: a callback that takes no less than no time.
fn be_slow() -> Result<()> {
    let loop_ = EventLoop::with_virtual_clock();
    loop_.set_debug(true);
    loop_.set_slow_callback_duration(0.0);
    let stopper = loop_.clone();
    loop_.call_soon(move || stopper.stop());
    loop_.run_forever()?;
    loop_.close()
}

#[test]
fn an_error_is_an_event_of_level_error() -> Result<()> {
    let (listener, events) = Listener::new(true);
    subscriber::with_default(listener, || lose("lost"))?;
    let message = "message=Future exception was never retrieved\n\
                   future: <Future finished exception=ValueError('lost')>\n\
                   ValueError: lost";
    let heard: Vec<_> = events.try_iter().collect();
    assert_eq!(heard, [(Level::ERROR, "asyncio".to_owned(), message.to_owned())]);
    Ok(())
}

#[test]
fn a_slow_callback_is_an_event_of_level_warn() -> Result<()> {
    let (listener, events) = Listener::new(true);
    subscriber::with_default(listener, be_slow)?;
    let (level, target, message) = events.try_recv().unwrap();
    assert_eq!((level, &*target), (Level::WARN, "asyncio"));
    assert!(message.starts_with("message=Executing <Handle be_slow"), "{message}");
    assert!(message.ends_with("> took 0.000 seconds"), "{message}");
    assert!(events.try_recv().is_err());
    Ok(())
}

#[test]
fn the_other_logger_is_another_target() -> Result<()> {
    let (listener, events) = Listener::new(true);
    let future = concurrent::Future::new();
    future.add_done_callback(|_| Err::<(), _>(ValueError("callback")));
    subscriber::with_default(listener, || future.set_result(1))?;
    let (level, target, message) = events.try_recv().unwrap();
    assert_eq!((level, &*target), (Level::ERROR, "concurrent.futures"));
    assert!(message.starts_with("message=exception calling callback for "), "{message}");
    Ok(())
}

/// Runs `log` in a process of its own, which runs just the test that asks, and returns its stderr.
fn stderr_of(test: &str, log: impl FnOnce() -> Result<()>) -> Option<String> {
    const IS_CHILD: &str = "ASYNCIO_TEST_LOG";
    if env::var_os(IS_CHILD).is_some() {
        log().unwrap();
        return None;
    }
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(IS_CHILD, "1")
        .output()
        .unwrap();
    assert!(output.status.success());
    Some(String::from_utf8(output.stderr).unwrap())
}

const LINES: &str = "Future exception was never retrieved\n\
                     future: <Future finished exception=ValueError('seen?')>\n\
                     ValueError: seen?\n";

#[test]
fn without_a_subscriber_an_error_is_seen_on_stderr() {
    let stderr = stderr_of("without_a_subscriber_an_error_is_seen_on_stderr", || lose("seen?"));
    assert!(stderr.is_none_or(|stderr| stderr.contains(LINES)));
}

#[test]
fn a_subscriber_of_another_thread_hears_nothing() {
    let stderr = stderr_of("a_subscriber_of_another_thread_hears_nothing", || {
        let (listener, events) = Listener::new(true);
        subscriber::with_default(listener, || thread::spawn(|| lose("seen?")).join().unwrap())?;
        assert!(events.try_recv().is_err());
        Ok(())
    });
    assert!(stderr.is_none_or(|stderr| stderr.contains(LINES)));
}

#[test]
fn with_a_subscriber_nothing_is_seen_on_stderr() {
    let stderr = stderr_of("with_a_subscriber_nothing_is_seen_on_stderr", || {
        let (listener, events) = Listener::new(true);
        subscriber::with_default(listener, || lose("seen?"))?;
        assert!(events.try_recv().is_ok());
        Ok(())
    });
    assert!(stderr.is_none_or(|stderr| !stderr.contains("seen?")));
}

#[test]
fn a_subscriber_may_decline() {
    let stderr = stderr_of("a_subscriber_may_decline", || {
        let (listener, events) = Listener::new(false);
        subscriber::with_default(listener, || lose("seen?"))?;
        assert!(events.try_recv().is_err());
        Ok(())
    });
    assert!(stderr.is_none_or(|stderr| !stderr.contains("seen?")));
}
