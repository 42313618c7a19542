//! The task that is being stepped on this thread, lent out for as long as its step lasts.
//!
//! A leaf of every await asks for it, so it is a plain pointer: no count, no borrow flag, no
//! thread-local with a destructor.
#![expect(unsafe_code, reason = "a reference to the stepping function's own handle")]

use std::cell::Cell;
use std::ptr::NonNull;
use std::rc::Rc;

use crate::tasks::RawTask;

thread_local! {
    static CURRENT: Cell<Option<NonNull<Rc<dyn RawTask>>>> = const { Cell::new(None) };
}

/// Runs `step` with `task` as the current one.
pub(crate) fn enter<R>(task: &Rc<dyn RawTask>, step: impl FnOnce() -> R) -> R {
    let _before = Restore(CURRENT.replace(Some(NonNull::from(task))));
    step()
}

/// Runs `look` with the current task.
pub(crate) fn with<R>(look: impl FnOnce(Option<&Rc<dyn RawTask>>) -> R) -> R {
    // SAFETY: only `enter` sets the pointer, to what it borrows until `step` is over, also if
    // that unwinds. `look` runs on the same thread above that call, and its argument, whose
    // lifetime it cannot choose, does not leave it.
    look(CURRENT.get().map(|task| unsafe { task.as_ref() }))
}

/// Puts back the task before, also when the step unwinds.
struct Restore(Option<NonNull<Rc<dyn RawTask>>>);

impl Drop for Restore {
    fn drop(&mut self) {
        CURRENT.set(self.0);
    }
}
