//! What `#[asyncio::test(cancel = "each_await")]` asks of a loop: to see each suspension of one
//! task, to cancel the task at one of them, and to say so when nothing will ever happen again.

use std::cell::{Cell, RefCell};
use std::ptr;
use std::rc::Rc;

use super::EventLoop;
use crate::base_futures::future_repr;
use crate::clock::Clock;
use crate::events::RawHandle;
use crate::exceptions::Result;
use crate::tasks::{AnyTask, TaskCore, all_tasks_of};

/// How many seconds a loop without anything to do is given: a thread may yet call it.
const PATIENCE: f64 = 1.0;

/// At which end of a suspension the task is cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// Right behind the step that it was suspended in.
    Suspended,
    /// Right in front of its next step.
    Resumed,
}

/// What a run may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// The loop's time at which it must be over.
    pub(crate) deadline: Option<f64>,
    /// The last iteration of the loop that it may begin.
    pub(crate) last_iteration: Option<u64>,
    /// How often the task may be suspended.
    pub(crate) suspensions: usize,
}

/// Why a run was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Excess {
    /// There is no callback, no timer and no thread that could go on.
    Idle,
    Time,
    Iterations,
    Suspensions,
}

/// A run that was stopped, and what was pending then.
#[derive(Debug)]
pub(crate) struct Stopped {
    pub(crate) excess: Excess,
    pub(crate) pending: Vec<String>,
}

/// A task that was cancelled.
#[derive(Debug)]
pub(crate) struct Cancelled {
    /// The future that it waited for.
    pub(crate) waiter: Option<String>,
}

/// Watches one run.
pub(crate) struct Observer {
    limits: Limits,
    cancel_at: Option<(usize, Moment)>,
    /// The task, from its first step on.
    task: RefCell<Option<AnyTask>>,
    suspensions: Cell<usize>,
    cancelled: RefCell<Option<Cancelled>>,
    stopped: RefCell<Option<Stopped>>,
}

impl Observer {
    /// One that has the task cancelled at a suspension, counted from 1.
    pub(crate) fn new(limits: Limits, cancel_at: Option<(usize, Moment)>) -> Self {
        Self {
            limits,
            cancel_at,
            task: RefCell::default(),
            suspensions: Cell::new(0),
            cancelled: RefCell::default(),
            stopped: RefCell::default(),
        }
    }

    /// Says which task it is.
    pub(crate) fn begin(&self, task: Option<AnyTask>) {
        self.task.replace(task);
    }

    /// How often the task was suspended.
    pub(crate) fn suspensions(&self) -> usize {
        self.suspensions.get()
    }

    /// Whether the task was cancelled, and where.
    pub(crate) fn take_cancelled(&self) -> Option<Cancelled> {
        self.cancelled.take()
    }

    /// Why the run was stopped, if it was.
    pub(crate) fn take_stopped(&self) -> Option<Stopped> {
        self.stopped.take()
    }

    /// The task, if the handle at `address` is its step.
    fn task_of(&self, address: *const ()) -> Option<AnyTask> {
        let is_its_step = |task: &AnyTask| ptr::addr_eq(Rc::as_ptr(&task.0), address);
        self.task.borrow().as_ref().filter(|task| is_its_step(task)).cloned()
    }

    fn before(&self, loop_: &EventLoop, address: *const ()) {
        let Limits { deadline, last_iteration, .. } = self.limits;
        if last_iteration.is_some_and(|last| loop_.iteration() > last) {
            self.stop(loop_, Excess::Iterations);
        } else if deadline.is_some_and(|deadline| loop_.time() >= deadline) {
            self.stop(loop_, Excess::Time);
        }
        if let Some(task) = self.task_of(address) {
            self.cancel(&task, Moment::Resumed);
        }
    }

    fn after(&self, loop_: &EventLoop, address: *const ()) {
        let Some(task) = self.task_of(address).filter(|task| !task.done()) else { return };
        self.suspensions.update(|suspensions| suspensions + 1);
        if self.suspensions() > self.limits.suspensions {
            self.stop(loop_, Excess::Suspensions);
        }
        self.cancel(&task, Moment::Suspended);
    }

    /// Cancels the task if it is to be cancelled now.
    fn cancel(&self, task: &AnyTask, moment: Moment) {
        let is_now = self.cancel_at == Some((self.suspensions(), moment));
        if !is_now || task.done() {
            return;
        }
        let waiter = task.0.task().and_then(TaskCore::fut_waiter);
        let waiter = waiter.map(|waiter| future_repr(&*waiter));
        self.cancelled.replace(Some(Cancelled { waiter }));
        task.cancel();
    }

    /// Ends the run, once.
    fn stop(&self, loop_: &EventLoop, excess: Excess) {
        if self.stopped.borrow().is_some() {
            return;
        }
        let pending = all_tasks_of(loop_).iter().map(|task| format!("{task:?}")).collect();
        self.stopped.replace(Some(Stopped { excess, pending }));
        loop_.stop();
    }
}

impl EventLoop {
    /// Has `observer` see every handle that runs, or nobody any more.
    pub(crate) fn observe(&self, observer: Option<Rc<Observer>>) {
        let before = self.0.observer.replace(observer);
        drop(before);
        self.look_again();
    }

    /// Whether a handle is more than run depends on debug mode and on the observer.
    pub(super) fn look_again(&self) {
        let is_observed = self.0.observer.borrow().is_some();
        self.0.observed.set(is_observed || self.get_debug());
    }

    pub(crate) fn has_virtual_clock(&self) -> bool {
        matches!(self.0.clock, Clock::Virtual(_))
    }

    fn observer(&self) -> Option<Rc<Observer>> {
        self.0.observer.borrow().clone()
    }

    /// Runs a handle that is looked at.
    pub(super) fn run_observed(&self, handle: Rc<dyn RawHandle>) -> Result<()> {
        let Some(observer) = self.observer() else { return self.run_watched(handle) };
        // Not kept for longer than without an observer: its drop runs code of the user's.
        let address = Rc::as_ptr(&handle).cast();
        observer.before(self, address);
        match self.get_debug() {
            true => self.run_watched(handle)?,
            false => handle.run(self)?,
        }
        observer.after(self, address);
        Ok(())
    }

    /// How long the loop may sleep if somebody observes it, who may not want it to.
    pub(super) fn observed_timeout(&self, timeout: Option<f64>) -> Result<Option<f64>> {
        let Some(observer) = self.observer() else { return Ok(timeout) };
        if self.has_virtual_clock() {
            return self.virtual_timeout(&observer, timeout);
        }
        let Some(deadline) = observer.limits.deadline else { return Ok(timeout) };
        let left = deadline - self.time();
        if left <= 0.0 {
            observer.stop(self, Excess::Time);
            return Ok(Some(0.0));
        }
        // A timer that is no number is the selector's to complain of.
        Ok(timeout.filter(|timeout| timeout.is_nan() || *timeout < left).or(Some(left)))
    }

    /// With nothing to wait for, virtual time would stand still for ever.
    fn virtual_timeout(&self, observer: &Observer, timeout: Option<f64>) -> Result<Option<f64>> {
        let is_idle = || !self.0.remote.has_messages() && !self.waits_for_threads();
        if timeout.is_some() || !is_idle() {
            return Ok(timeout);
        }
        self.0.selector.borrow_mut().select(Some(PATIENCE), &self.0.remote)?;
        if is_idle() {
            observer.stop(self, Excess::Idle);
        }
        Ok(Some(0.0))
    }
}
