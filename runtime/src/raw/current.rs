//! The loop that is running on this thread, the task that it is stepping, and the block of it
//! that is being polled, lent out for as long as the run, the step and the poll last.
//!
//! A leaf of every await asks for them, so they are plain pointers: no count, no borrow flag,
//! no thread-local with a destructor.
#![expect(unsafe_code, reason = "a reference to the stepping function's own handle")]

use std::cell::Cell;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;
use std::rc::Rc;

use crate::base_events::EventLoop;
use crate::futures::Core;
use crate::tasks::{Block, RawTask, TaskCore};

/// A task during its step, with its two halves beside it: its trait would look them up each time.
pub(crate) struct Current<'a> {
    /// Not counted, as the `Rc` it was made of lives as long.
    task: ManuallyDrop<Rc<dyn RawTask>>,
    pub(crate) core: &'a Core,
    pub(crate) task_core: &'a TaskCore,
    /// The task that was current before, whose step has started this one.
    outer: Option<NonNull<Current<'static>>>,
}

impl Current<'_> {
    #[inline(always)]
    pub(crate) fn task(&self) -> &Rc<dyn RawTask> {
        &self.task
    }
}

thread_local! {
    static LOOP: Cell<Option<NonNull<EventLoop>>> = const { Cell::new(None) };
    static CURRENT: Cell<Option<NonNull<Current<'static>>>> = const { Cell::new(None) };
    static BLOCK: Cell<Option<NonNull<Rc<Block>>>> = const { Cell::new(None) };
}

/// Runs `run` with `loop_` as the running one.
pub(crate) fn enter_loop<R>(loop_: &EventLoop, run: impl FnOnce() -> R) -> R {
    let _before = RestoreLoop(LOOP.replace(Some(NonNull::from(loop_))));
    run()
}

/// Runs `look` with the running loop.
#[inline(always)]
pub(crate) fn with_loop<R>(look: impl FnOnce(Option<&EventLoop>) -> R) -> R {
    // SAFETY: only `enter_loop` sets the pointer, to what it borrows until `run` is over, also if
    // that unwinds. `look` runs on the same thread above that call, and its argument, whose
    // lifetime it cannot choose, does not leave it.
    look(LOOP.get().map(|loop_| unsafe { loop_.as_ref() }))
}

/// Runs `step` with `task`, whose halves are `core` and `task_core`, as the current one.
///
/// It counts nothing: most steps end without anybody having asked for the task.
#[inline(always)]
pub(crate) fn enter<T: RawTask, R>(
    task: &Rc<T>,
    core: &Core,
    task_core: &TaskCore,
    step: impl FnOnce() -> R,
) -> R {
    // SAFETY: it is never dropped, and `task` is borrowed for longer than this is used.
    let uncounted: Rc<T> = unsafe { Rc::from_raw(Rc::as_ptr(task)) };
    let outer = CURRENT.get();
    let current = Current { task: ManuallyDrop::new(uncounted), core, task_core, outer };
    let _before = Restore(outer);
    CURRENT.set(Some(NonNull::from(&current).cast()));
    step()
}

/// Whether a step of the task is under way.
pub(crate) fn is_stepping(task: &TaskCore) -> bool {
    let mut next = CURRENT.get();
    while let Some(current) = next {
        // SAFETY: as in `with`; what was current before lives longer.
        let current = unsafe { current.as_ref() };
        if std::ptr::eq(current.task_core, task) {
            return true;
        }
        next = current.outer;
    }
    false
}

/// Runs `step` outside of all blocks: one that starts inside another task's.
pub(crate) fn leave_blocks<R>(step: impl FnOnce() -> R) -> R {
    let _before = RestoreBlock(BLOCK.take());
    step()
}

/// Runs `look` with the current task.
#[inline(always)]
pub(crate) fn with<R>(look: impl FnOnce(Option<&Current<'_>>) -> R) -> R {
    // SAFETY: only `enter` sets the pointer, to what it borrows until `step` is over, also if
    // that unwinds. `look` runs on the same thread above that call, and its argument, whose
    // lifetimes it cannot choose, does not leave it.
    look(CURRENT.get().map(|task| unsafe { task.cast::<Current<'_>>().as_ref() }))
}

/// Runs `poll` inside `block`.
pub(crate) fn enter_block<R>(block: &Rc<Block>, poll: impl FnOnce() -> R) -> R {
    let _before = RestoreBlock(BLOCK.replace(Some(NonNull::from(block))));
    poll()
}

/// Whether any block is being polled.
#[inline(always)]
pub(crate) fn is_in_block() -> bool {
    BLOCK.get().is_some()
}

/// The innermost block that is being polled.
pub(crate) fn block() -> Option<Rc<Block>> {
    // SAFETY: only `enter_block` sets the pointer, to what it borrows until its poll is over,
    // also if that unwinds; this runs on the same thread above that call.
    BLOCK.get().map(|block| unsafe { Rc::clone(block.as_ref()) })
}

/// The innermost block that is being polled; `known`, if that is it.
pub(crate) fn block_or(known: Option<Rc<Block>>) -> Option<Rc<Block>> {
    let is_it = BLOCK.get().is_some_and(|block| {
        // SAFETY: as in `block`.
        let block = unsafe { block.as_ref() };
        known.as_ref().is_some_and(|known| Rc::ptr_eq(known, block))
    });
    if is_it { known } else { block() }
}

/// Puts back the loop before, also when the run unwinds.
struct RestoreLoop(Option<NonNull<EventLoop>>);

impl Drop for RestoreLoop {
    fn drop(&mut self) {
        LOOP.set(self.0);
    }
}

/// Puts back the task before, also when the step unwinds.
struct Restore(Option<NonNull<Current<'static>>>);

impl Drop for Restore {
    fn drop(&mut self) {
        CURRENT.set(self.0);
    }
}

/// Puts back the block before, also when the poll unwinds.
struct RestoreBlock(Option<NonNull<Rc<Block>>>);

impl Drop for RestoreBlock {
    fn drop(&mut self) {
        BLOCK.set(self.0);
    }
}
