//! Reprs of futures and tasks; mirrors `base_futures.py` and `base_tasks.py`.

use std::cell::Cell;
use std::ptr;

use crate::events::created_at;
use crate::format_helpers::repr_str;
use crate::futures::{RawFuture, State};

/// Python's repr of a future or task.
pub(crate) fn future_repr(future: &dyn RawFuture) -> String {
    let Some(_guard) = Recursion::enter(future) else { return "...".to_owned() };
    let info = future_repr_info(future);
    format!("<{} {}>", future.class_name(), info.join(" "))
}

fn future_repr_info(future: &dyn RawFuture) -> Vec<String> {
    let core = future.core();
    let mut info = Vec::new();
    info.push(match core.state() {
        State::Pending => "pending".to_owned(),
        State::Cancelled => "cancelled".to_owned(),
        State::Finished => "finished".to_owned(),
    });
    if let Some(task) = future.task() {
        if task.cancelling() > 0 && !core.done() {
            "cancelling".clone_into(&mut info[0]);
        }
        info.push(format!("name={}", repr_str(&task.get_name())));
        let coroutine = future.coroutine_repr();
        info.extend(coroutine.map(|coroutine| format!("coro=<{coroutine}>")));
        let waiter = task.fut_waiter();
        info.extend(waiter.map(|waiter| format!("wait_for={}", future_repr(&*waiter))));
    }
    if core.state() == State::Finished {
        info.push(match core.peek_error() {
            Some(exception) => format!("exception={exception:?}"),
            None => format!("result={}", future.result_repr()),
        });
    }
    info.extend(core.callbacks.repr());
    info.extend(core.created().map(created_at));
    info
}

/// Python's `reprlib.recursive_repr`: a future inside its own repr is `...`, and so is what lies
/// too deep to tell.
struct Recursion;

const DEEPEST: usize = 32;

thread_local! {
    // Without a destructor: the last words of a thread's tasks have reprs, too.
    static INSIDE: Cell<([usize; DEEPEST], usize)> = const { Cell::new(([0; DEEPEST], 0)) };
}

impl Recursion {
    fn enter(future: &dyn RawFuture) -> Option<Self> {
        let address = ptr::from_ref(future).addr();
        let (mut inside, depth) = INSIDE.get();
        if depth == DEEPEST || inside[..depth].contains(&address) {
            return None;
        }
        inside[depth] = address;
        INSIDE.set((inside, depth + 1));
        Some(Self)
    }
}

impl Drop for Recursion {
    fn drop(&mut self) {
        let (inside, depth) = INSIDE.get();
        INSIDE.set((inside, depth - 1));
    }
}
