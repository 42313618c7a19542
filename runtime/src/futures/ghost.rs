//! What is left of a future that failed and goes, for the report that nobody looked.

use std::any::Any;
use std::rc::Rc;

use super::{AnyFuture, CancelMessage, Core, Rare, RawFuture, State};
use crate::base_events::{ExceptionContext, log_exception};
use crate::tasks::TaskCore;

/// Reports a failure that nobody ever looked at, from the destructor of its future.
///
/// The future is dying, so the handler gets a twin that has all there is to see of it.
#[cold]
pub(crate) fn report_never_retrieved(core: &mut Core, class_name: &'static str, twin: Twin) {
    let error = core.peek_error();
    let finished = Core::new(core.loop_.clone(), Rare::new(core.created()));
    finished.state.set(State::Finished);
    finished.error.set(error.clone());
    let loop_ = core.try_get_loop();
    let mut context = ExceptionContext::new(format!("{class_name} exception was never retrieved"));
    context.exception = error;
    context.source_traceback = core.created();
    context.future = Some(AnyFuture(Rc::new(Ghost { core: finished, class_name, twin })));
    // A destructor has nobody to raise to, as in Python.
    let _ = match loop_ {
        Some(loop_) => loop_.call_exception_handler(context),
        None => {
            log_exception(&context);
            Ok(())
        }
    };
}

/// What a [`Ghost`] keeps of a task.
#[derive(Default)]
pub(crate) struct Twin {
    pub(crate) task: Option<TaskCore>,
    pub(crate) coroutine: Option<String>,
}

/// The twin of a future that is being dropped.
struct Ghost {
    core: Core,
    class_name: &'static str,
    twin: Twin,
}

impl RawFuture for Ghost {
    fn core(&self) -> &Core {
        &self.core
    }

    fn cancel(self: Rc<Self>, _message: CancelMessage) -> bool {
        false
    }

    fn downcast(self: Rc<Self>, _slot: &mut dyn Any) {}

    fn task(&self) -> Option<&TaskCore> {
        self.twin.task.as_ref()
    }

    fn class_name(&self) -> &'static str {
        self.class_name
    }

    fn result_repr(&self) -> String {
        "<taken>".to_owned()
    }

    fn coroutine_repr(&self) -> Option<String> {
        self.twin.coroutine.clone()
    }
}
