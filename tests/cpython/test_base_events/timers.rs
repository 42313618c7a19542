//! `BaseEventLoopTests`: callbacks and timers, on a virtual clock.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::{Arc, Weak};

use asyncio::{Context, ContextVar, EventLoop, Handle, Result, TimerHandle};

use crate::loops::{iterations, run_once};

mod BaseEventLoopTests {
    use super::*;

    #[test]
    fn test_call_soon() -> Result<()> {
        fn callback() -> Result<()> {
            CALLS.set(CALLS.get() + 1);
            Ok(())
        }

        thread_local! {
            static CALLS: Cell<u32> = const { Cell::new(0) };
        }

        let loop_ = EventLoop::with_virtual_clock();
        let handle: Handle = loop_.call_soon(callback);
        assert_eq!(format!("{handle:?}"), "<Handle callback()>");
        assert_eq!(CALLS.get(), 0);
        run_once(&loop_)?;
        assert_eq!(CALLS.get(), 1);
        loop_.close()
    }

    #[test]
    fn test_call_later() -> Result<()> {
        let loop_ = EventLoop::with_virtual_clock();
        let called = Rc::new(Cell::new(false));
        let (noted, stopper) = (Rc::clone(&called), loop_.clone());
        let handle: TimerHandle = loop_.call_later(10.0, move || {
            noted.set(true);
            stopper.stop();
        });
        assert_eq!(handle.when(), 10.0);
        run_once(&loop_)?;
        assert!(!called.get(), "it is scheduled, and not ready");
        loop_.run_forever()?;
        assert!(called.get());
        assert_eq!(loop_.time(), 10.0);
        loop_.close()
    }

    #[test]
    fn test_call_later_negative_delays() -> Result<()> {
        let loop_ = EventLoop::with_virtual_clock();
        let calls = Rc::new(RefCell::new(Vec::new()));
        for (delay, name) in [(-1, 'a'), (-2, 'b')] {
            let calls = Rc::clone(&calls);
            loop_.call_later(delay, move || calls.borrow_mut().push(name));
        }
        run_once(&loop_)?;
        assert_eq!(calls.take(), ['b', 'a']);
        loop_.close()
    }

    #[test]
    fn test_time_and_call_at() -> Result<()> {
        let loop_ = EventLoop::with_virtual_clock();
        let started = loop_.time();
        let stopper = loop_.clone();
        loop_.call_at(started + 0.1, move || stopper.stop());
        loop_.run_forever()?;
        assert!(loop_.time() - started >= 0.1);
        loop_.close()
    }

    /// The sleep of an iteration is not that of a timer which was cancelled.
    #[test]
    fn test__run_once() -> Result<()> {
        let loop_ = EventLoop::with_virtual_clock();
        let called = Rc::new(Cell::new(false));
        let (first, second, stopper) = (Rc::clone(&called), Rc::clone(&called), loop_.clone());
        let cancelled = loop_.call_later(5.0, move || first.set(true));
        loop_.call_later(10.0, move || {
            assert!(!second.replace(true));
            stopper.stop();
        });
        cancelled.cancel();
        assert_eq!(iterations(&loop_, || loop_.run_forever())?, 1);
        assert!(called.get());
        assert_eq!(loop_.time(), 10.0);
        loop_.close()
    }

    #[test]
    fn test__run_once_schedule_handle() -> Result<()> {
        let loop_ = EventLoop::with_virtual_clock();
        let steps = Rc::new(Cell::new(0));
        let (first, own) = (Rc::clone(&steps), loop_.clone());
        loop_.call_at(loop_.time() - 1.0, move || {
            let second = Rc::clone(&first);
            first.set(1);
            own.call_soon(move || second.set(2));
        });
        run_once(&loop_)?;
        assert_eq!(steps.get(), 1, "what it schedules is left for the next iteration");
        run_once(&loop_)?;
        assert_eq!(steps.get(), 2);
        loop_.close()
    }

    /// A value that a timer owns through its context, for as long as the loop has the timer.
    static OWNED: ContextVar<Arc<()>> = ContextVar::new("owned");

    /// Has `count` timers made, and returns what tells whether the loop still has them.
    fn schedule(loop_: &EventLoop, count: usize, delay: f64, cancel: bool) -> Vec<Weak<()>> {
        let schedule_one = |_| {
            let (value, context) = (Arc::new(()), Context::new());
            let probe = Arc::downgrade(&value);
            context.run(|| OWNED.set(value)).expect("the context is free");
            let timer = loop_.call_later_with(delay, || {}, &context);
            if cancel {
                timer.cancel();
            }
            probe
        };
        (0..count).map(schedule_one).collect()
    }

    fn count(timers: &[Weak<()>]) -> usize {
        timers.iter().filter(|timer| timer.strong_count() > 0).count()
    }

    #[test]
    fn test__run_once_cancelled_event_cleanup() -> Result<()> {
        /// So many timers are not worth a sweep, and so big a share of cancelled ones is.
        const FEW: usize = 100;
        const SHARE: f64 = 0.5;

        let loop_ = EventLoop::with_virtual_clock();
        // One that is left at the head, so that nothing behind it gets there.
        let mut kept = schedule(&loop_, 1, 3000.0, false);
        let mut cancelled = schedule(&loop_, 2, 3600.0, true);
        let at_head = schedule(&loop_, 2, 100.0, true);
        assert_eq!((count(&kept), count(&cancelled), count(&at_head)), (1, 2, 2));
        run_once(&loop_)?;
        assert_eq!((count(&kept), count(&cancelled), count(&at_head)), (1, 2, 0));

        let to_cancel = (FEW as f64 * SHARE).ceil() as usize + 1;
        kept.extend(schedule(&loop_, FEW - to_cancel, 3600.0, false));
        cancelled.extend(schedule(&loop_, to_cancel, 3600.0, true));
        assert_eq!((count(&kept), count(&cancelled)), (kept.len(), cancelled.len()));
        run_once(&loop_)?;
        assert_eq!((count(&kept), count(&cancelled)), (kept.len(), 0));
        loop_.close()
    }
}
