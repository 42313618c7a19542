//! What a place and an action meet in: a loop, things of every kind, and a ledger of order.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::task::Wake;

use asyncio::__private::set_log_sink;
use asyncio::{AnyFuture, AnyTask, Error, EventLoop, Future, Handle, TimerHandle};

use crate::alive::{Alive, Guard};

/// Something to be called from within a place.
pub(crate) type Act = Box<dyn FnOnce()>;

/// Has things done in a world.
pub(crate) type SetUp = fn(&Rc<World>);

/// Calls methods, and asserts what they return.
#[derive(Clone, Copy)]
pub(crate) struct Action {
    pub(crate) name: &'static str,
    pub(crate) run: SetUp,
}

/// Has the act called from some code of the user's; called in a callback of the loop.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) name: &'static str,
    pub(crate) trigger: SetUp,
}

thread_local! {
    /// The act that the next trigger calls.
    static ACT: Cell<Option<Act>> = const { Cell::new(None) };
}

/// Makes `act` the one that the next trigger calls.
pub(crate) fn arm(act: Act) {
    let before = ACT.replace(Some(act));
    assert!(before.is_none(), "the last act was never called");
}

/// Calls the act, if it was not called yet.
pub(crate) fn fire() {
    if let Some(act) = ACT.take() {
        act();
    }
}

/// Calls the act when it is dropped, or as a waker when it wakes.
pub(crate) struct Trigger;

impl Drop for Trigger {
    fn drop(&mut self) {
        fire();
    }
}

/// A waker that calls the act.
pub(crate) struct Alarm;

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        fire();
    }
}

/// A result that calls the act when it is cloned, or when it is dropped.
pub(crate) enum Value {
    Plain,
    OnClone,
    OnDrop(Trigger),
}

impl Clone for Value {
    fn clone(&self) -> Self {
        if let Self::OnClone = self {
            fire();
        }
        Self::Plain
    }
}

/// What was scheduled and what ran, by number.
#[derive(Default)]
struct Ledger {
    issued: Cell<u32>,
    /// Numbers that must not run.
    void: RefCell<Vec<u32>>,
    ran: RefCell<Vec<u32>>,
}

pub(crate) struct World {
    label: String,
    pub(crate) loop_: EventLoop,
    pub(crate) alive: Alive,
    ledger: Ledger,
    /// Timers that are to come, and those that came, by their time.
    due: RefCell<Vec<f64>>,
    fired: RefCell<Vec<f64>>,
    /// Done-callbacks: of which future, and how often they were called.
    witnesses: RefCell<Vec<(AnyFuture, Rc<Cell<u32>>)>>,
    acts: Cell<u32>,
    stops: Cell<u32>,
    before_close: Cell<Option<SetUp>>,
    failures: RefCell<Vec<String>>,
    reports: RefCell<Vec<String>>,
    /// What the place is about, or bystanders of that kind.
    pub(crate) future: RefCell<Future<Value>>,
    pub(crate) task: RefCell<AnyTask>,
    pub(crate) handle: RefCell<Handle>,
    pub(crate) timer: RefCell<TimerHandle>,
}

impl World {
    pub(crate) fn new(label: String) -> Rc<Self> {
        let loop_ = EventLoop::with_virtual_clock();
        let alive = Alive::default();
        let guard = alive.guard();
        let task = loop_.create_task(async move {
            let _guard = guard;
            asyncio::sleep(5).await
        });
        Rc::new(Self {
            label,
            future: RefCell::new(loop_.create_future()),
            task: RefCell::new(task.any()),
            handle: RefCell::new(loop_.call_soon(|| ())),
            timer: RefCell::new(loop_.call_later(5, || ())),
            loop_,
            alive,
            ledger: Ledger::default(),
            due: RefCell::default(),
            fired: RefCell::default(),
            witnesses: RefCell::default(),
            acts: Cell::new(0),
            stops: Cell::new(0),
            before_close: Cell::new(None),
            failures: RefCell::default(),
            reports: RefCell::default(),
        })
    }

    /// Something to be called once, whose panics are failures of the test.
    pub(crate) fn act(self: &Rc<Self>, run: impl FnOnce(&Rc<Self>) + 'static) -> Act {
        let world = Rc::clone(self);
        Box::new(move || {
            world.acts.update(|acts| acts + 1);
            let outcome = catch_unwind(AssertUnwindSafe(|| run(&world)));
            if let Err(payload) = outcome {
                world.fail(text_of(&*payload));
            }
        })
    }

    pub(crate) fn fail(&self, why: impl Into<String>) {
        self.failures.borrow_mut().push(why.into());
    }

    /// Runs `start` in a callback.
    pub(crate) fn schedule(self: &Rc<Self>, start: impl FnOnce(&Rc<Self>) + 'static) {
        let world = Rc::clone(self);
        self.loop_.call_soon(move || start(&world));
    }

    /// A number for what goes into the ready queue now: it runs in the order of the numbers,
    /// and not at all if the loop is closing.
    pub(crate) fn ticket(self: &Rc<Self>) -> Ticket {
        let number = self.ledger.issued.get();
        self.ledger.issued.set(number + 1);
        if self.loop_.is_closed() {
            self.ledger.void.borrow_mut().push(number);
        }
        Ticket { world: Rc::clone(self), number, _guard: self.alive.guard() }
    }

    /// A ticket for what is cancelled again.
    pub(crate) fn void_ticket(self: &Rc<Self>) -> Ticket {
        let ticket = self.ticket();
        if !self.loop_.is_closed() {
            self.ledger.void.borrow_mut().push(ticket.number);
        }
        ticket
    }

    /// What a timer that is due at `when` calls.
    pub(crate) fn expect_at(self: &Rc<Self>, when: f64) -> impl FnOnce() + 'static {
        if !self.loop_.is_closed() {
            self.due.borrow_mut().push(when);
        }
        let (world, guard) = (Rc::clone(self), self.alive.guard());
        move || {
            let _guard = guard;
            world.fired.borrow_mut().push(world.loop_.time());
        }
    }

    /// The run of the loop is to be stopped once more.
    pub(crate) fn expect_stop(&self) {
        if !self.loop_.is_closed() {
            self.stops.update(|stops| stops + 1);
        }
    }

    pub(crate) fn future(&self) -> Future<Value> {
        self.future.borrow().clone()
    }

    /// Makes `future` what the place is about.
    pub(crate) fn is_about(&self, future: &Future<Value>) {
        let before = self.future.replace(future.clone());
        drop(before);
    }

    /// A pending future that the place is about.
    pub(crate) fn new_future(&self) -> Future<Value> {
        let future = self.loop_.create_future();
        self.is_about(&future);
        self.witness(future.any());
        future
    }

    /// Adds a done-callback that has to be called once if `future` is done, and else never.
    pub(crate) fn witness(&self, future: AnyFuture) {
        let calls = Rc::new(Cell::new(0));
        let count = Rc::clone(&calls);
        future.add_done_callback(move |_| count.update(|calls| calls + 1));
        self.witnesses.borrow_mut().push((future, calls));
    }

    /// Makes `task` what the place is about.
    pub(crate) fn is_about_task(&self, task: AnyTask) {
        self.witness((*task).clone());
        let before = self.task.replace(task);
        drop(before);
    }

    /// Has `set_up` called between the last iteration and `close`.
    pub(crate) fn before_close(&self, set_up: SetUp) {
        self.before_close.set(Some(set_up));
    }

    /// Runs for ten seconds of the loop's clock, however often it is stopped.
    fn run(&self) {
        let end = self.loop_.time() + 10.0;
        let mut stops = 0;
        while self.loop_.time() < end && stops < 10 {
            let sleep = asyncio::sleep(end - self.loop_.time());
            match self.loop_.run_until_complete(sleep) {
                Ok(()) => break,
                Err(error) if is_stop(&error) => stops += 1,
                Err(error) => return self.fail(format!("the run ended with {error:?}")),
            }
        }
        if stops != self.stops.get() {
            self.fail(format!("stopped {stops} times, not {}", self.stops.get()));
        }
    }

    /// Runs the loop and closes it; says what was wrong, if anything was.
    pub(crate) fn finish(self: Rc<Self>, acts: u32) -> Option<String> {
        let noting = Rc::downgrade(&self);
        set_log_sink(Some(Rc::new(move |text| {
            if let Some(world) = noting.upgrade() {
                world.reports.borrow_mut().push(text.to_owned());
            }
        })));
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| self.run())) {
            self.fail(format!("out of the loop: {}", text_of(&*payload)));
        }
        for (future, calls) in self.witnesses.take() {
            if calls.get() != u32::from(future.done()) {
                self.fail(format!("{} calls of a done-callback of {future:?}", calls.get()));
            }
        }
        if let Some(set_up) = self.before_close.take() {
            set_up(&self);
        }
        match catch_unwind(AssertUnwindSafe(|| self.loop_.close())) {
            Ok(Ok(())) => {}
            Ok(Err(error)) => self.fail(format!("close: {error:?}")),
            Err(payload) => self.fail(format!("out of close: {}", text_of(&*payload))),
        }
        if self.acts.get() != acts {
            self.fail(format!("{} acts instead of {acts}", self.acts.get()));
        }
        self.check_order();
        for report in self.reports.take() {
            if report.contains("PanicError") || report.contains("exception handler") {
                self.fail(report);
            }
        }
        let (label, alive) = (self.label.clone(), self.alive.clone());
        let mut failures = self.failures.take();
        drop(self);
        ACT.take();
        if alive.count() != 0 {
            failures.push(format!("{} things leaked", alive.count()));
        }
        (!failures.is_empty()).then(|| format!("{label}:\n    {}", failures.join("\n    ")))
    }

    fn check_order(&self) {
        let void = self.ledger.void.take();
        let issued: Vec<_> = (0..self.ledger.issued.get()).filter(|n| !void.contains(n)).collect();
        let ran = self.ledger.ran.take();
        if ran != issued {
            self.fail(format!("ran {ran:?} and not {issued:?}"));
        }
        let (mut due, fired) = (self.due.take(), self.fired.take());
        due.sort_by(f64::total_cmp);
        if due != fired {
            self.fail(format!("timers ran at {fired:?} and not at {due:?}"));
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        set_log_sink(None);
    }
}

/// The right, and the duty, to run once, in turn.
pub(crate) struct Ticket {
    world: Rc<World>,
    number: u32,
    _guard: Guard,
}

impl Ticket {
    pub(crate) fn punch(self) {
        self.world.ledger.ran.borrow_mut().push(self.number);
    }
}

/// Whether a run was stopped.
fn is_stop(error: &Error) -> bool {
    error.to_string() == "Event loop stopped before Future completed."
}

/// The text of a panic.
pub(crate) fn text_of(payload: &(dyn std::any::Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().cloned();
    text.or_else(|| payload.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_else(|| "a panic without text".to_owned())
}

/// The text that `f` panics with.
#[track_caller]
pub(crate) fn panic_of<R>(f: impl FnOnce() -> R) -> String {
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(_) => panic!("it should have panicked"),
        Err(payload) => text_of(&*payload),
    }
}
