//! Calls of other threads that came in at once and run one after the other.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;

use super::threadsafe::SafeCall;
use super::{Created, RawHandle};
use crate::base_events::EventLoop;
use crate::contextvars::{Context, Snapshot};
use crate::exceptions::Result;
use crate::selector_events::Message;

/// Several calls in one place of the ready queue, in the memory of the inbox that they came from.
///
/// Whatever looks at a handle (debug mode, an observer, the exception handler) gets one for each.
pub(crate) struct Burst {
    calls: RefCell<VecDeque<Message>>,
    count: usize,
}

impl Burst {
    /// The messages are calls, all of them.
    pub(crate) fn new(calls: VecDeque<Message>) -> Self {
        let count = calls.len();
        Self { calls: RefCell::new(calls), count }
    }

    /// Takes the next call out.
    #[inline]
    pub(crate) fn next(&self) -> Option<(Arc<dyn SafeCall>, Snapshot)> {
        match self.calls.borrow_mut().pop_front()? {
            Message::Call(call, context) => Some((call, context)),
            Message::Wake(_) | Message::Stop => unreachable!("it was made of calls"),
        }
    }
}

impl RawHandle for Burst {
    fn run(self: Rc<Self>, loop_: &EventLoop) -> Result<()> {
        while let Some((call, context)) = self.next() {
            // The call's own panic never comes here; the drop of what it held does.
            let made = catch_unwind(AssertUnwindSafe(|| loop_.make_call(call, context)));
            let outcome = made.unwrap_or_else(|payload| loop_.report_dropped(payload));
            if let Err(exit) = outcome.and_then(|()| loop_.check_sigint()) {
                if !self.calls.borrow().is_empty() {
                    loop_.leave_for_later(self);
                }
                return Err(exit);
            }
        }
        loop_.keep_messages(self.calls.take(), self.count);
        Ok(())
    }

    fn burst(&self) -> Option<&Burst> {
        Some(self)
    }

    fn cancel(&self) {
        self.calls.take();
    }

    fn cancelled(&self) -> bool {
        false
    }

    fn get_context(&self) -> Context {
        Context::new()
    }

    fn callback_name(&self) -> String {
        format!("{} calls", self.count)
    }

    fn created(&self) -> Created {
        None
    }
}
