//! Python's `_ready`: the handles that the loop is to run.

use std::cell::RefCell;
use std::mem;
use std::rc::Rc;
use std::vec;

use crate::events::RawHandle;

/// What is to run in the next iteration.
///
/// An iteration takes all of it at once, so that a vector will do, and leaves another in its place.
#[derive(Default)]
pub(super) struct Ready(RefCell<Vec<Rc<dyn RawHandle>>>);

impl Ready {
    pub(super) fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }

    #[inline(always)]
    pub(super) fn push(&self, handle: Rc<dyn RawHandle>) {
        if let Ok(mut handles) = self.0.try_borrow_mut()
            && handles.len() < handles.capacity()
        {
            return handles.push(handle);
        }
        // Called last, so that nothing is kept for later when there is room.
        self.push_growing(handle);
    }

    #[cold]
    fn push_growing(&self, handle: Rc<dyn RawHandle>) {
        self.0.borrow_mut().push(handle);
    }

    /// Takes all that is ready, for `batch`, which was run.
    pub(super) fn swap(&self, batch: &mut Vec<Rc<dyn RawHandle>>) {
        debug_assert!(batch.is_empty());
        mem::swap(&mut *self.0.borrow_mut(), batch);
    }

    pub(super) fn take(&self) -> Vec<Rc<dyn RawHandle>> {
        self.0.take()
    }
}

/// The handles of an iteration that have not run yet: should it end early, they are ready again.
pub(super) struct Batch<'a> {
    pub(super) handles: vec::Drain<'a, Rc<dyn RawHandle>>,
    pub(super) ready: &'a Ready,
}

impl Drop for Batch<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        if self.handles.len() > 0 {
            let since = self.ready.take();
            self.ready.0.replace(self.handles.by_ref().chain(since).collect());
        }
    }
}
