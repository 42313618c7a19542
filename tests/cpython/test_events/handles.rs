//! `HandleTests` and `TimerTests`. CPython makes its handles by hand; here a loop makes them.

use std::cell::RefCell;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

use asyncio::{EventLoop, ExceptionContext, Result, TimerHandle, ValueError, new_event_loop};

use crate::loops::run_once;

fn noop() {}

fn new_debug_loop() -> EventLoop {
    let loop_ = new_event_loop();
    loop_.set_debug(true);
    loop_
}

/// A callback, and what is gone when that was dropped.
fn callback_with_probe() -> (impl FnOnce(), std::rc::Weak<()>) {
    let held = Rc::new(());
    let probe = Rc::downgrade(&held);
    (move || drop(held), probe)
}

/// `created at FILE:LINE`, as reprs say it of something that was made in this file.
fn created(line: u32) -> String {
    format!("created at {}:{line}", file!())
}

mod HandleTests {
    use super::*;

    #[test]
    fn test_handle() -> Result<()> {
        let loop_ = new_event_loop();
        let (callback, probe) = callback_with_probe();
        let handle = loop_.call_soon(callback);
        assert!(!handle.cancelled());
        assert_eq!(probe.strong_count(), 1);
        handle.cancel();
        assert!(handle.cancelled());
        loop_.close()
    }

    #[test]
    fn test_callback_with_exception() -> Result<()> {
        fn callback() -> Result<()> {
            Err(ValueError(""))
        }

        let loop_ = new_debug_loop();
        let seen: Rc<RefCell<Vec<ExceptionContext>>> = Rc::default();
        let noted = Rc::clone(&seen);
        loop_.set_exception_handler(move |_, context| noted.borrow_mut().push(context.clone()));
        let line = line!() + 1;
        let handle = loop_.call_soon(callback);
        run_once(&loop_)?;
        let [context] = <[_; 1]>::try_from(seen.take()).expect("one context");
        assert_eq!(context.message, "Exception in callback callback()");
        assert!(context.exception.expect("it is there").is::<ValueError>());
        assert_eq!(format!("{:?}", context.handle.expect("it is there")), format!("{handle:?}"));
        let place = context.source_traceback.expect("it is there");
        assert_eq!((place.file(), place.line()), (file!(), line));
        loop_.close()
    }

    /// A function has neither decorators nor a place here, and no part of its arguments.
    #[test]
    fn test_handle_repr() -> Result<()> {
        let loop_ = new_event_loop();
        loop_.set_debug(false);
        let handle = loop_.call_soon(noop);
        assert_eq!(format!("{handle:?}"), "<Handle noop()>");
        handle.cancel();
        assert_eq!(format!("{handle:?}"), "<Handle cancelled>");
        loop_.close()
    }

    #[test]
    fn test_handle_repr_debug() -> Result<()> {
        let loop_ = new_debug_loop();
        let created = created(line!() + 1);
        let handle = loop_.call_soon(noop);
        assert_eq!(format!("{handle:?}"), format!("<Handle noop() {created}>"));
        for _ in 0..2 {
            handle.cancel();
            assert_eq!(format!("{handle:?}"), format!("<Handle cancelled noop() {created}>"));
        }
        loop_.close()
    }

    #[test]
    fn test_handle_source_traceback() -> Result<()> {
        let loop_ = new_debug_loop();
        let line = line!() + 2;
        let handles = [
            format!("{:?}", loop_.call_soon(noop)),
            format!("{:?}", loop_.call_soon_threadsafe(noop)),
            format!("{:?}", loop_.call_later(0, noop)),
            format!("{:?}", loop_.call_at(0.0, noop)),
        ];
        for (handle, line) in handles.iter().zip(line..) {
            assert!(handle.ends_with(&format!(" {}>", created(line))), "{handle}");
        }
        loop_.close()
    }
}

mod TimerTests {
    use super::*;

    fn hash(value: impl Hash) -> u64 {
        let mut hasher = DefaultHasher::new();
        value.hash(&mut hasher);
        hasher.finish()
    }

    #[test]
    fn test_hash() -> Result<()> {
        let loop_ = new_event_loop();
        let when = loop_.time();
        let timer = loop_.call_at(when, || false);
        // A float has no hash of its own.
        assert_eq!(hash(&timer), hash(when.to_bits()));
        loop_.close()
    }

    #[test]
    fn test_when() -> Result<()> {
        let loop_ = new_event_loop();
        let when = loop_.time();
        assert_eq!(loop_.call_at(when, || false).when(), when);
        loop_.close()
    }

    #[test]
    fn test_timer() -> Result<()> {
        let loop_ = new_event_loop();
        let (callback, probe) = callback_with_probe();
        let timer = loop_.call_at(loop_.time(), callback);
        assert!(!timer.cancelled());
        assert_eq!(probe.strong_count(), 1);
        timer.cancel();
        assert!(timer.cancelled());
        assert_eq!(probe.strong_count(), 0, "the callback is forgotten");
        loop_.close()
    }

    #[test]
    fn test_timer_repr() -> Result<()> {
        let loop_ = new_event_loop();
        loop_.set_debug(false);
        let timer = loop_.call_at(123.0, noop);
        assert_eq!(format!("{timer:?}"), "<TimerHandle when=123.0 noop()>");
        timer.cancel();
        assert_eq!(format!("{timer:?}"), "<TimerHandle cancelled when=123.0>");
        loop_.close()
    }

    #[test]
    fn test_timer_repr_debug() -> Result<()> {
        let loop_ = new_debug_loop();
        let created = created(line!() + 1);
        let timer = loop_.call_at(123.0, noop);
        assert_eq!(format!("{timer:?}"), format!("<TimerHandle when=123.0 noop() {created}>"));
        timer.cancel();
        let repr = format!("<TimerHandle cancelled when=123.0 noop() {created}>");
        assert_eq!(format!("{timer:?}"), repr);
        loop_.close()
    }

    /// What `<`, `<=`, `==`, `!=`, `>=` and `>` say.
    fn compare(a: &TimerHandle, b: &TimerHandle) -> [bool; 6] {
        [a < b, a <= b, a == b, a != b, a >= b, a > b]
    }

    /// CPython compares the callbacks of equal times, too; closures are never equal, so that
    /// only a timer's own clone is.
    #[test]
    fn test_timer_comparison() -> Result<()> {
        let loop_ = new_event_loop();
        let when = loop_.time();
        let (first, second) = (loop_.call_at(when, noop), loop_.call_at(when, noop));
        let same = first.clone();
        let equal = [false, true, true, false, true, false];
        assert_eq!((compare(&first, &same), compare(&same, &first)), (equal, equal));

        let other = [false, false, false, true, false, false];
        assert_eq!((compare(&first, &second), compare(&second, &first)), (other, other));
        second.cancel();
        assert_eq!((compare(&first, &second), compare(&second, &first)), (other, other));

        let later = loop_.call_at(when + 10.0, noop);
        assert_eq!(compare(&first, &later), [true, true, false, true, false, false]);
        assert_eq!(compare(&later, &first), [false, false, false, true, true, true]);
        loop_.close()
    }
}
