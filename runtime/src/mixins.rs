//! What locks and queues share: the loop they belong to; mirrors `mixins.py`.

use std::cell::OnceCell;
use std::rc::{Rc, Weak};

use crate::base_events::{EventLoop, Inner};
use crate::events::get_running_loop;
use crate::exceptions::{Result, RuntimeError};

/// The loop that something belongs to from the first wait on: Python's `_LoopBoundMixin`.
#[derive(Default)]
pub(crate) struct LoopBound(OnceCell<Weak<Inner>>);

impl LoopBound {
    /// The running loop, which has to be the one of the first call: Python's `_get_loop`.
    ///
    /// # Errors
    /// RuntimeError, with what `repr` says, if it is another one.
    ///
    /// # Panics
    /// RuntimeError `no running event loop`.
    pub(crate) fn get_loop(&self, repr: impl FnOnce() -> String) -> Result<EventLoop> {
        let loop_ = get_running_loop();
        // The weak count keeps the address from being another loop's.
        let bound = self.0.get_or_init(|| Rc::downgrade(&loop_.0));
        if std::ptr::eq(bound.as_ptr(), Rc::as_ptr(&loop_.0)) {
            return Ok(loop_);
        }
        Err(RuntimeError(format!("{} is bound to a different event loop", repr())))
    }
}
