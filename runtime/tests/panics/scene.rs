//! A loop that is watched: what it reports, what is alive, and that it goes on.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use asyncio::__private::set_log_sink;
use asyncio::{EventLoop, ExceptionContext, Result};

use crate::alive::{Alive, Guard};

pub(crate) struct Scene {
    pub(crate) loop_: EventLoop,
    pub(crate) alive: Alive,
    reports: Rc<RefCell<Vec<String>>>,
}

impl Scene {
    /// Its exception handler notes what it is told; the log is noted, too.
    pub(crate) fn new() -> Self {
        let scene = Self::with_default_handler();
        let reports = Rc::clone(&scene.reports);
        scene.loop_.set_exception_handler(move |_, context| {
            reports.borrow_mut().push(line(context));
        });
        scene
    }

    pub(crate) fn with_default_handler() -> Self {
        let reports: Rc<RefCell<Vec<String>>> = Rc::default();
        let lines = Rc::clone(&reports);
        set_log_sink(Some(Rc::new(move |text| lines.borrow_mut().push(format!("log: {text}")))));
        Self { loop_: EventLoop::with_virtual_clock(), alive: Alive::default(), reports }
    }

    /// Runs what is ready, and what that schedules.
    #[track_caller]
    pub(crate) fn run_briefly(&self) {
        self.loop_.run_until_complete(asyncio::sleep(1)).expect("nothing ends the loop");
    }

    /// Has no other reports than these since the last time.
    #[track_caller]
    pub(crate) fn expect<const N: usize>(&self, reports: [&str; N]) {
        assert_eq!(self.reports.take(), reports);
    }

    /// The reports since the last time, for a closer look.
    pub(crate) fn reports(&self) -> Vec<String> {
        self.reports.take()
    }

    /// A value whose drop panics with `boom`.
    pub(crate) fn bomb(&self) -> Bomb {
        Bomb { _guard: self.alive.guard() }
    }

    /// Nothing was reported beyond what was expected, nothing leaked, all kinds of calls work,
    /// and so does `close`.
    #[track_caller]
    pub(crate) fn goes_on(self) {
        self.expect([]);
        assert_eq!(self.alive.count(), 0, "something leaked");
        assert_eq!(asyncio::all_tasks_of(&self.loop_), []);
        let calls = Rc::new(Cell::new(0));
        let call = |calls: &Rc<Cell<u32>>| {
            let calls = Rc::clone(calls);
            move || calls.update(|calls| calls + 1)
        };
        self.loop_.call_soon(call(&calls));
        self.loop_.call_later(1, call(&calls));
        let task = self.loop_.create_task(asyncio::sleep_with(2, "done"));
        task.add_done_callback({
            let calls = Rc::clone(&calls);
            move |_| calls.update(|calls| calls + 1)
        });
        assert_eq!(self.loop_.run_until_complete(&task).expect("it sleeps"), "done");
        assert_eq!(calls.get(), 3);
        self.loop_.close().expect("it is not running");
        self.expect([]);
    }
}

fn line(context: &ExceptionContext) -> String {
    let mut line = context.message.clone();
    if let Some(exception) = &context.exception {
        line += &format!(": {exception:?}");
    }
    let about = [
        (context.handle.is_some(), " [handle]"),
        (context.task.is_some(), " [task]"),
        (context.future.is_some(), " [future]"),
    ];
    about.iter().filter(|(is_there, _)| *is_there).for_each(|(_, what)| line += what);
    line
}

/// Panics when it is dropped, unless a panic is on its way already.
pub(crate) struct Bomb {
    _guard: Guard,
}

impl Drop for Bomb {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            panic!("boom");
        }
    }
}

/// Whether `f` panics.
pub(crate) fn panics<R>(f: impl FnOnce() -> R) -> bool {
    catch_unwind(AssertUnwindSafe(f)).is_err()
}

/// The repr of the error that `outcome` is.
#[track_caller]
pub(crate) fn error_of<T>(outcome: Result<T>) -> String {
    match outcome {
        Ok(_) => panic!("it should have failed"),
        Err(error) => format!("{error:?}"),
    }
}
