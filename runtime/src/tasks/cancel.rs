//! Python's `Task.cancel`, which goes down to what the task waits for.

use std::cell::Cell;
use std::rc::Rc;

use super::RawTask;
use super::flags::{ASKED, MUST_CANCEL};
use crate::exceptions::{RecursionError, panic_with};
use crate::futures::{CancelMessage, RawFuture};
use crate::raw::current;

/// Gathers of gathers of … this deep are no program's intention.
const DEEPEST: usize = 512;

/// Asks a task to cancel itself; false if it is done.
///
/// A chain of tasks, each waiting for the next, is walked and not recursed into: it may be as
/// long as there are tasks.
///
/// # Panics
/// RecursionError if the tasks wait for each other in a ring.
pub(super) fn cancel(task: &Rc<dyn RawTask>, message: CancelMessage) -> bool {
    let _depth = Depth::enter();
    if !count_request(task) {
        return false;
    }
    match awaited_task(task) {
        None => cancel_last(task, message),
        Some(next) => cancel_chain(Rc::clone(task), next, message),
    }
    true
}

/// Walks down to the end of a chain, of which `task` waits for `next`.
fn cancel_chain(mut task: Rc<dyn RawTask>, mut next: Rc<dyn RawTask>, message: CancelMessage) {
    let mut ring = Ring::new(&task);
    loop {
        if ring.closes_with(&next) {
            panic_with(RecursionError("maximum recursion depth exceeded"));
        }
        if !count_request(&next) {
            // It is done, so the task's step is scheduled: the request is for that.
            return request(&task, message);
        }
        let future: Rc<dyn RawFuture> = next.clone();
        task.task_core().waiters.ask(&future, &message);
        task.task_core().flags.set(ASKED);
        task = next;
        next = match awaited_task(&task) {
            Some(next) => next,
            None => return cancel_last(&task, message),
        };
    }
}

/// Cancels what a task waits for, which is no other task alone, or else its next step.
fn cancel_last(task: &Rc<dyn RawTask>, message: CancelMessage) {
    let task_core = task.task_core();
    let stepping = current::is_stepping(task_core);
    let accepted = if stepping { Some(false) } else { task_core.waiters.cancel(&message) };
    if accepted == Some(true) {
        return task_core.flags.set(ASKED);
    }
    request(task, message);
    // Waiting for nothing of ours, nobody else would schedule the step.
    if accepted.is_none()
        && let Some(loop_) = task.core().try_get_loop()
    {
        Rc::clone(task).make_ready(&loop_);
    }
}

/// Counts one request, unless the task is done.
fn count_request(task: &Rc<dyn RawTask>) -> bool {
    let core = task.core();
    core.retrieved();
    if core.done() {
        return false;
    }
    task.task_core().num_cancels_requested.update(|requests| requests + 1);
    true
}

/// Leaves the request to the task's next step.
fn request(task: &Rc<dyn RawTask>, message: CancelMessage) {
    task.task_core().flags.set(MUST_CANCEL);
    task.core().set_cancel_message(message);
}

/// The task that `task` waits for, if it waits for nothing else.
fn awaited_task(task: &Rc<dyn RawTask>) -> Option<Rc<dyn RawTask>> {
    let task_core = task.task_core();
    if current::is_stepping(task_core) {
        return None;
    }
    task_core.waiters.only()?.into_task()
}

/// Notices that a walk comes by a place again: it remembers where it was after 1, 2, 4, … steps.
struct Ring {
    landmark: Rc<dyn RawTask>,
    steps_left: usize,
    steps_next: usize,
}

impl Ring {
    fn new(start: &Rc<dyn RawTask>) -> Self {
        Self { landmark: Rc::clone(start), steps_left: 1, steps_next: 2 }
    }

    /// Whether this place of the walk is one where it has been.
    fn closes_with(&mut self, task: &Rc<dyn RawTask>) -> bool {
        if Rc::ptr_eq(task, &self.landmark) {
            return true;
        }
        self.steps_left -= 1;
        if self.steps_left == 0 {
            self.landmark = Rc::clone(task);
            self.steps_left = self.steps_next;
            self.steps_next *= 2;
        }
        false
    }
}

/// Counts how deep the cancellations of one thread are nested.
struct Depth;

thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

impl Depth {
    fn enter() -> Self {
        let depth = DEPTH.get();
        if depth == DEEPEST {
            panic_with(RecursionError("maximum recursion depth exceeded"));
        }
        DEPTH.set(depth + 1);
        Self
    }
}

impl Drop for Depth {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - 1);
    }
}
