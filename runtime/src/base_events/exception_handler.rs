//! What happens with errors that nobody else gets.

use std::cell::Cell;
use std::panic::Location;
use std::rc::Rc;

use super::EventLoop;
use crate::contextvars::{self, Context};
use crate::events::{self, CallbackOutput, Created, Handle};
use crate::exceptions::{Error, Result};
use crate::format_helpers::repr_str;
use crate::futures::AnyFuture;
use crate::log;
use crate::tasks::AnyTask;

/// A loop's exception handler: gets the loop and what happened.
pub type ExceptionHandler = Rc<dyn Fn(&EventLoop, &ExceptionContext) -> Result<()>>;

/// What an exception handler is told; mirrors the `context` dict of `loop.call_exception_handler`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ExceptionContext {
    /// What happened.
    pub message: String,
    /// The exception, if there is one.
    pub exception: Option<Error>,
    /// The future it is about.
    pub future: Option<AnyFuture>,
    /// The task it is about.
    pub task: Option<AnyTask>,
    /// The handle whose callback failed.
    pub handle: Option<Handle>,
    /// The asynchronous generator it is about, by its repr.
    pub asyncgen: Option<String>,
    /// The context that the failing exception handler was given.
    pub context: Option<Box<ExceptionContext>>,
    /// Where the future, task or handle was created; known in debug mode.
    pub source_traceback: Option<&'static Location<'static>>,
    /// Where the handle was created that ran when the default handler was called. That puts it
    /// here itself, in debug mode, if there is no `source_traceback`.
    pub handle_traceback: Option<&'static Location<'static>>,
}

impl ExceptionContext {
    /// A context with a message and nothing else.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            exception: None,
            future: None,
            task: None,
            handle: None,
            asyncgen: None,
            context: None,
            source_traceback: None,
            handle_traceback: None,
        }
    }

    /// The lines that the default handler logs: the message, then `key: repr` by key.
    ///
    /// `handle_traceback` is for a context that has no traceback of its own.
    fn log_lines(&self, handle_traceback: Created) -> String {
        let message = match &*self.message {
            "" => "Unhandled exception in event loop",
            message => message,
        };
        let mut lines = vec![message.to_owned()];
        let mut line = |key: &str, value: Option<String>| {
            lines.extend(value.map(|value| format!("{key}: {value}")));
        };
        line("asyncgen", self.asyncgen.clone());
        line("context", self.context.as_ref().map(|context| context.repr()));
        line("future", self.future.as_ref().map(|future| format!("{future:?}")));
        line("handle", self.handle.as_ref().map(|handle| format!("{handle:?}")));
        let handle_traceback = self
            .handle_traceback
            .or_else(|| handle_traceback.filter(|_| self.source_traceback.is_none()));
        line("handle_traceback", handle_traceback.map(|place| traceback("Handle", place)));
        line("source_traceback", self.source_traceback.map(|place| traceback("Object", place)));
        line("task", self.task.as_ref().map(|task| format!("{task:?}")));
        lines.join("\n")
    }

    /// Python's repr of the context as the dict that it is there.
    fn repr(&self) -> String {
        let mut items = vec![format!("'message': {}", repr_str(&self.message))];
        items.extend(self.exception.as_ref().map(|error| format!("'exception': {error:?}")));
        items.extend(self.future.as_ref().map(|future| format!("'future': {future:?}")));
        items.extend(self.task.as_ref().map(|task| format!("'task': {task:?}")));
        items.extend(self.handle.as_ref().map(|handle| format!("'handle': {handle:?}")));
        items.extend(self.asyncgen.as_ref().map(|repr| format!("'asyncgen': {repr}")));
        let frame = |place: &Location<'_>| {
            format!("[<FrameSummary file {}, line {}>]", place.file(), place.line())
        };
        let source = self.source_traceback.map(frame);
        items.extend(source.map(|frames| format!("'source_traceback': {frames}")));
        let handle = self.handle_traceback.map(frame);
        items.extend(handle.map(|frames| format!("'handle_traceback': {frames}")));
        format!("{{{}}}", items.join(", "))
    }

    /// The context that a custom handler runs in: the task's, else the future's, else the handle's.
    fn context_to_run_in(&self) -> Option<Context> {
        if let Some(task) = &self.task {
            return Some(task.get_context());
        }
        if let Some(future) = &self.future {
            return future.as_task().map(|task| task.get_context());
        }
        self.handle.as_ref().map(Handle::get_context)
    }
}

impl EventLoop {
    /// The exception handler, or `None` if the default one is in use.
    ///
    /// Mirrors `loop.get_exception_handler`.
    pub fn get_exception_handler(&self) -> Option<ExceptionHandler> {
        self.0.exception_handler.borrow().clone()
    }

    /// Sets what is called with errors that nobody else gets.
    ///
    /// The handler runs in the context of the task, future or handle concerned. Mirrors
    /// `loop.set_exception_handler`.
    ///
    /// ```
    /// # fn main() -> asyncio::Result<()> {
    /// let loop_ = asyncio::new_event_loop();
    /// loop_.set_exception_handler(|_loop, context| {
    ///     assert_eq!(context.message, "out of ink");
    /// });
    /// loop_.call_exception_handler(asyncio::ExceptionContext::new("out of ink"))?;
    /// loop_.close()
    /// # }
    /// ```
    pub fn set_exception_handler<F, R>(&self, handler: F)
    where
        F: Fn(&EventLoop, &ExceptionContext) -> R + 'static,
        R: CallbackOutput,
    {
        let handler: ExceptionHandler =
            Rc::new(move |loop_, context| handler(loop_, context).into_outcome());
        let before = self.0.exception_handler.replace(Some(handler));
        drop(before);
    }

    /// Goes back to the default exception handler: Python's `set_exception_handler(None)`.
    pub fn clear_exception_handler(&self) {
        let before = self.0.exception_handler.replace(None);
        drop(before);
    }

    /// Logs what happened: the message, then what it is about, then the exception.
    ///
    /// Mirrors `loop.default_exception_handler`.
    pub fn default_exception_handler(&self, context: &ExceptionContext) {
        log_in(context, self.0.current_handle.get());
    }

    /// Calls the exception handler with `context`.
    ///
    /// A handler that fails is itself reported to the default one. Mirrors
    /// `loop.call_exception_handler`.
    ///
    /// # Errors
    /// SystemExit or KeyboardInterrupt out of the handler.
    pub fn call_exception_handler(&self, context: ExceptionContext) -> Result<()> {
        let Some(handler) = self.get_exception_handler() else {
            let failed = "Exception in default exception handler";
            return self.call_default_handler(&context, failed, None);
        };
        let call = || handler(self, &context);
        let outcome = match context.context_to_run_in() {
            Some(slot) => events::call(&Cell::new(contextvars::slot_from(&slot)), call),
            None => events::call_here(call),
        };
        let Err(error) = outcome else { return Ok(()) };
        if error.is_exit() {
            return Err(error);
        }
        let mut failure = ExceptionContext::new("Unhandled error in exception handler");
        failure.exception = Some(error.clone());
        failure.context = Some(Box::new(context));
        let failed = "Exception in default exception handler while handling an unexpected error \
                      in custom exception handler";
        self.call_default_handler(&failure, failed, Some(error))
    }

    /// The default handler shows what others made: their `Debug` may fail, too. Says so then,
    /// and which error was being `handled`.
    fn call_default_handler(
        &self,
        context: &ExceptionContext,
        failed: &str,
        handled: Option<Error>,
    ) -> Result<()> {
        let outcome = events::call_here(|| {
            self.default_exception_handler(context);
            Ok(())
        });
        let Err(error) = outcome else { return Ok(()) };
        if error.is_exit() {
            return Err(error);
        }
        let error = match handled {
            Some(handled) => error.with_context(handled),
            None => error,
        };
        log::error(&format!("{failed}\n{}", error.format_exception().trim_end()));
        Ok(())
    }
}

/// The one frame of a stack that is known, as Python prints the whole.
fn traceback(what: &str, place: &Location<'_>) -> String {
    let (file, line) = (place.file(), place.line());
    format!("{what} created at (most recent call last):\n  File \"{file}\", line {line}")
}

/// Logs a context as the default exception handler does; for when its loop is gone, too.
pub(crate) fn log_exception(context: &ExceptionContext) {
    log_in(context, None);
}

fn log_in(context: &ExceptionContext, handle_traceback: Created) {
    let mut text = context.log_lines(handle_traceback);
    if let Some(exception) = &context.exception {
        text.push('\n');
        text.push_str(exception.format_exception().trim_end());
    }
    log::error(&text);
}
