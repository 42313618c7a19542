//! What locks and queues share: the loop they belong to; mirrors `mixins.py`.

use std::cell::OnceCell;
use std::rc::{Rc, Weak};

use crate::base_events::Inner;
use crate::events;
use crate::exceptions::{Result, RuntimeError, panic_with};

/// The loop that something belongs to from the first wait on: Python's `_LoopBoundMixin`.
#[derive(Default)]
pub(crate) struct LoopBound(OnceCell<Weak<Inner>>);

impl LoopBound {
    /// Sees to it that the running loop is the one of the first call: Python's `_get_loop`.
    ///
    /// # Errors
    /// RuntimeError, with what `repr` says, if it is another one.
    ///
    /// # Panics
    /// RuntimeError `no running event loop`.
    #[inline(always)]
    pub(crate) fn check(&self, repr: impl FnOnce() -> String) -> Result<()> {
        let is_bound = events::with_running_loop(|loop_| {
            // The weak count keeps the address from being another loop's.
            let bound = self.0.get_or_init(|| Rc::downgrade(&loop_.0));
            std::ptr::eq(bound.as_ptr(), Rc::as_ptr(&loop_.0))
        });
        match is_bound {
            Some(true) => Ok(()),
            Some(false) => {
                Err(RuntimeError(format!("{} is bound to a different event loop", repr())))
            }
            None => panic_with(RuntimeError("no running event loop")),
        }
    }
}
