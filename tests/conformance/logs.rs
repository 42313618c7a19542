//! The log: what is written, when, and with which exceptions before the last one.

use asyncio::{
    CancelledError, Error, EventLoop, ExceptionContext, Future, InvalidStateError, Result,
    RuntimeError, SystemExit, ValueError,
};

use crate::trace::{attempt, collect, new_event_loop, run, run_once, show, trace};

crate::scenarios! { logs:
    causes_come_before_the_exception,
    a_lost_timeout_shows_its_cancellation,
    a_lost_timeout_of_zero_seconds_shows_its_cancellation,
    messages_of_one_line_of_many_and_of_none,
    a_loop_that_is_closed_still_logs,
    what_a_failing_handler_was_given,
    a_lost_task_goes_to_the_exception_handler,
    a_destroyed_task_goes_to_the_exception_handler,
    an_exit_from_a_handler_in_a_destructor_is_swallowed,
    slow_callbacks_are_reported_in_debug_mode,
    slow_steps_are_reported_with_their_task,
}

async fn noop() -> Result<()> {
    Ok(())
}

fn lose(loop_: &EventLoop, exception: Error) {
    let future: Future<()> = loop_.create_future();
    future.set_exception(exception).unwrap();
    drop(future);
    collect();
}

fn causes_come_before_the_exception() {
    let loop_ = new_event_loop();
    let first = RuntimeError("first");
    let second = ValueError("second").with_cause(first);
    let third = RuntimeError("third").with_cause(second);
    lose(&loop_, third);
}

fn a_lost_timeout_shows_its_cancellation() {
    async fn child() -> Result<()> {
        asyncio::wait_for(asyncio::sleep(10), 1).await
    }

    async fn main() -> Result<()> {
        let task = asyncio::create_task(child());
        asyncio::sleep(2).await?;
        show("task", &task);
        drop(task);
        collect();
        Ok(())
    }

    run(main());
}

fn a_lost_timeout_of_zero_seconds_shows_its_cancellation() {
    async fn child() -> Result<()> {
        asyncio::wait_for(asyncio::sleep(10), 0).await
    }

    async fn main() -> Result<()> {
        asyncio::create_task(child());
        asyncio::sleep(2).await?;
        collect();
        Ok(())
    }

    run(main());
}

fn messages_of_one_line_of_many_and_of_none() {
    let loop_ = new_event_loop();
    lose(&loop_, ValueError("one line"));
    lose(&loop_, ValueError("two\nlines"));
    lose(&loop_, ValueError(""));
    lose(&loop_, SystemExit(7));
    lose(&loop_, CancelledError());
    lose(&loop_, InvalidStateError("of a module"));
}

fn a_loop_that_is_closed_still_logs() {
    let loop_ = new_event_loop();
    let future: Future<()> = loop_.create_future();
    future.set_exception(ValueError("lost")).unwrap();
    loop_.close().unwrap();
    drop(future);
    collect();
    trace!("dropped");
}

fn what_a_failing_handler_was_given() {
    let loop_ = new_event_loop();

    fn handler(_loop: &EventLoop, _context: &ExceptionContext) -> Result<()> {
        Err(RuntimeError("handler"))
    }

    loop_.set_exception_handler(handler);
    lose(&loop_, ValueError("future"));
    let handle = loop_.call_soon(|| {});
    handle.cancel();
    let mut context = ExceptionContext::new("a handle");
    context.handle = Some(handle);
    loop_.call_exception_handler(context).unwrap();
    loop_.create_task(noop());
    loop_.close().unwrap();
}

fn a_lost_task_goes_to_the_exception_handler() {
    fn handler(_loop: &EventLoop, context: &ExceptionContext) {
        show("message", &context.message);
        show("exception", &context.exception);
        show("future", &context.future);
    }

    async fn fail() -> Result<()> {
        Err(ValueError("failed"))
    }

    async fn main() -> Result<()> {
        asyncio::get_running_loop().set_exception_handler(handler);
        asyncio::create_task(fail());
        asyncio::sleep(1).await?;
        collect();
        Ok(())
    }

    run(main());
}

fn a_destroyed_task_goes_to_the_exception_handler() {
    fn handler(_loop: &EventLoop, context: &ExceptionContext) {
        show("message", &context.message);
        show("task", &context.task);
        show("without exception", context.exception.is_none());
    }

    let loop_ = new_event_loop();
    loop_.set_exception_handler(handler);
    loop_.create_task(noop());
    attempt("close", || loop_.close());
}

fn an_exit_from_a_handler_in_a_destructor_is_swallowed() {
    let loop_ = new_event_loop();

    fn handler(_loop: &EventLoop, _context: &ExceptionContext) -> Result<()> {
        trace!("handler");
        Err(SystemExit(3))
    }

    loop_.set_exception_handler(handler);
    lose(&loop_, RuntimeError("lost"));
    trace!("goes on");
    loop_.call_soon(|| trace!("the loop works"));
    run_once(&loop_);
}

fn slow_callbacks_are_reported_in_debug_mode() {
    let loop_ = new_event_loop();
    loop_.set_slow_callback_duration(0.0);
    loop_.set_debug(true);

    fn callback() {
        trace!("callback");
    }

    loop_.call_soon(callback);
    loop_.call_soon(callback).cancel();
    run_once(&loop_);
    loop_.set_slow_callback_duration(0.1);
    loop_.call_soon(callback);
    run_once(&loop_);
}

fn slow_steps_are_reported_with_their_task() {
    async fn child() -> Result<()> {
        asyncio::sleep(0).await
    }

    let loop_ = new_event_loop();
    loop_.set_slow_callback_duration(0.0);
    loop_.set_debug(true);
    let task = loop_.create_task(child());
    run_once(&loop_);
    run_once(&loop_);
    show("task", task);
}
