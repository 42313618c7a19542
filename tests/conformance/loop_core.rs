//! The loop itself: the order of an iteration, stopping, closing, failing callbacks.

use std::cell::RefCell;
use std::rc::Rc;

use asyncio::{
    CancelledError, Error, EventLoop, ExceptionContext, Future, KeyboardInterrupt, Result,
    RuntimeError, SystemExit, ValueError,
};

use crate::trace::{
    attempt, new_event_loop, outcome, run_forever, run_once, run_until, show, state, trace,
};

crate::scenarios! { loop_core:
    callbacks_queued_while_running_wait_an_iteration,
    a_handle_cancelled_after_queueing_takes_its_slot,
    an_iteration_of_only_cancelled_handles_does_not_wait,
    cancelling_a_handle_that_ran_changes_nothing,
    a_cancelled_handle_lets_go_of_its_callback,
    call_soon_threadsafe_on_the_thread_of_the_loop,
    stop_before_running_runs_one_iteration,
    stop_lets_the_batch_finish,
    stopping_twice_stops_once,
    run_until_complete_lets_the_batch_finish,
    run_until_complete_of_a_done_future_takes_an_iteration,
    run_until_complete_stopped_early,
    run_until_complete_of_failed_and_cancelled_futures,
    run_until_complete_refuses_the_future_of_another_loop,
    a_loop_that_runs_refuses_to_run_or_close,
    another_loop_refuses_to_run_meanwhile,
    close_is_idempotent,
    closing_cancels_nothing,
    a_closed_loop_refuses_to_schedule,
    system_exit_leaves_the_rest_of_the_batch_for_later,
    keyboard_interrupt_in_a_timer_leaves_the_rest_for_later,
    exception_in_a_callback_is_logged_and_the_batch_goes_on,
    cancelled_error_in_a_callback_is_logged,
    an_exception_handler_replaces_the_log,
    an_exception_handler_may_defer_to_the_default_one,
    a_failing_exception_handler_falls_back_to_the_default_one,
    system_exit_in_an_exception_handler_escapes,
    default_handler_sorts_what_it_shows,
    reprs_of_handles,
    reprs_of_handles_in_debug_mode,
    repr_of_a_loop,
    the_running_loop_is_known_only_while_it_runs,
    what_needs_a_running_loop_says_so,
    coroutines_of_another_loop_are_not_mixed_up,
}

// The ready queue.

fn callbacks_queued_while_running_wait_an_iteration() {
    let loop_ = new_event_loop();

    fn outer(loop_: &EventLoop, n: i32) {
        trace!("outer {n}");
        loop_.call_soon(move || trace!("inner {n}"));
    }

    for n in [1, 2] {
        let inner = loop_.clone();
        loop_.call_soon(move || outer(&inner, n));
    }
    run_once(&loop_);
    run_once(&loop_);
}

fn a_handle_cancelled_after_queueing_takes_its_slot() {
    let loop_ = new_event_loop();
    let second = Rc::new(RefCell::new(None::<asyncio::Handle>));
    let (inner, seen) = (loop_.clone(), Rc::clone(&second));
    loop_.call_soon(move || {
        trace!("first");
        seen.borrow().iter().for_each(asyncio::Handle::cancel);
        inner.call_soon(|| trace!("queued by first"));
    });
    let handle = loop_.call_soon(|| trace!("never"));
    second.replace(Some(handle.clone()));
    loop_.call_soon(|| trace!("third"));
    run_once(&loop_);
    run_once(&loop_);
    show("cancelled", handle.cancelled());
}

fn an_iteration_of_only_cancelled_handles_does_not_wait() {
    let loop_ = new_event_loop();
    let stopper = loop_.clone();
    loop_.call_later(1, move || stopper.stop());
    loop_.call_soon(|| trace!("never")).cancel();
    run_forever(&loop_);
    trace!("stopped");
}

fn cancelling_a_handle_that_ran_changes_nothing() {
    let loop_ = new_event_loop();
    let handle = loop_.call_soon(|| trace!("ran"));
    run_once(&loop_);
    handle.cancel();
    show("cancelled", handle.cancelled());
    handle.cancel();
    run_once(&loop_);
}

/// What a callback keeps, and that says when it goes.
struct Kept(&'static str);

impl Drop for Kept {
    fn drop(&mut self) {
        trace!("{} is gone", self.0);
    }
}

fn a_cancelled_handle_lets_go_of_its_callback() {
    fn keeping(name: &'static str) -> impl FnOnce() + Send {
        let kept = Kept(name);
        move || drop(kept)
    }

    for debug in [false, true] {
        let loop_ = new_event_loop();
        loop_.set_debug(debug);
        let soon = loop_.call_soon(keeping("soon"));
        let later = loop_.call_later(1, keeping("later"));
        let threadsafe = loop_.call_soon_threadsafe(keeping("threadsafe"));
        trace!("cancel");
        soon.cancel();
        trace!("cancel");
        later.cancel();
        trace!("cancel");
        threadsafe.cancel();
        trace!("nothing is left");
        run_until(&loop_, 2.0);
    }
}

fn call_soon_threadsafe_on_the_thread_of_the_loop() {
    let loop_ = new_event_loop();
    loop_.call_soon(|| trace!("before"));
    loop_.call_soon_threadsafe(|| trace!("threadsafe"));
    loop_.call_soon(|| trace!("after"));
    loop_.call_soon_threadsafe(|| trace!("never")).cancel();
    run_once(&loop_);
    let inner = loop_.clone();
    loop_.call_soon(move || {
        inner.call_soon_threadsafe(|| trace!("from a callback"));
    });
    run_once(&loop_);
    run_once(&loop_);
}

// Stopping.

fn stop_before_running_runs_one_iteration() {
    let loop_ = new_event_loop();
    let inner = loop_.clone();
    loop_.call_soon(move || {
        inner.call_soon(|| trace!("left over"));
    });
    loop_.call_soon(|| trace!("ran"));
    loop_.call_later(1, || trace!("timer"));
    loop_.stop();
    run_forever(&loop_);
    trace!("stopped");
    run_until(&loop_, 2.0);
}

fn stop_lets_the_batch_finish() {
    let loop_ = new_event_loop();
    let inner = loop_.clone();
    loop_.call_soon(move || {
        trace!("stop");
        inner.stop();
        inner.call_soon(|| trace!("left over"));
    });
    loop_.call_soon(|| trace!("same batch"));
    run_forever(&loop_);
    trace!("stopped");
    run_once(&loop_);
}

fn stopping_twice_stops_once() {
    let loop_ = new_event_loop();
    for _ in 0..2 {
        let stopper = loop_.clone();
        loop_.call_soon(move || stopper.stop());
    }
    run_forever(&loop_);
    trace!("stopped");
    loop_.call_later(1, || trace!("timer"));
    run_until(&loop_, 2.0);
}

fn run_until_complete_lets_the_batch_finish() {
    let loop_ = new_event_loop();
    let future: Future<i32> = loop_.create_future();
    let (inner, setter) = (loop_.clone(), future.clone());
    loop_.call_soon(move || -> Result<()> {
        setter.set_result(1)?;
        inner.call_soon(|| trace!("same batch as the stop"));
        Ok(())
    });
    loop_.call_later(0, || trace!("timer"));
    attempt("run_until_complete", || loop_.run_until_complete(future));
    run_once(&loop_);
}

fn run_until_complete_of_a_done_future_takes_an_iteration() {
    let loop_ = new_event_loop();
    let future = loop_.create_future();
    future.set_result(1).unwrap();
    loop_.call_soon(|| trace!("ran"));
    attempt("run_until_complete", || loop_.run_until_complete(future));
}

fn run_until_complete_stopped_early() {
    let loop_ = new_event_loop();
    let future: Future<i32> = loop_.create_future();
    let stopper = loop_.clone();
    loop_.call_soon(move || stopper.stop());
    attempt("stopped", || loop_.run_until_complete(&future));
    state("future", &future);
    // Its callback is gone, so that the loop is not stopped by it.
    future.set_result(2).unwrap();
    run_until(&loop_, 1.0);
    attempt("again", || loop_.run_until_complete(future));
}

fn run_until_complete_of_failed_and_cancelled_futures() {
    let loop_ = new_event_loop();
    let failed: Future<()> = loop_.create_future();
    failed.set_exception(ValueError("failed")).unwrap();
    attempt("failed", || loop_.run_until_complete(failed));
    let cancelled: Future<()> = loop_.create_future();
    cancelled.cancel_with("why");
    attempt("cancelled", || loop_.run_until_complete(cancelled));

    async fn fail() -> Result<()> {
        Err(ValueError("from a coroutine"))
    }

    attempt("coroutine", || loop_.run_until_complete(fail()));
}

fn run_until_complete_refuses_the_future_of_another_loop() {
    let other = new_event_loop();
    let future: Future<()> = other.create_future();
    let loop_ = new_event_loop();
    attempt("run_until_complete", || loop_.run_until_complete(future));
    show("iterations", crate::trace::iteration());
}

fn a_loop_that_runs_refuses_to_run_or_close() {
    let loop_ = new_event_loop();
    let future: Future<()> = loop_.create_future();
    let inner = loop_.clone();
    loop_.call_soon(move || {
        show("is_running", inner.is_running());
        attempt("run_forever", || inner.run_forever());
        attempt("run_until_complete", || inner.run_until_complete(future));
        attempt("close", || inner.close());
        show("is_running", inner.is_running());
    });
    run_once(&loop_);
    show("is_running", loop_.is_running());
}

fn another_loop_refuses_to_run_meanwhile() {
    let other = new_event_loop();
    let future: Future<()> = other.create_future();
    let loop_ = new_event_loop();
    loop_.call_soon(move || {
        attempt("run_forever", || other.run_forever());
        attempt("run_until_complete", || other.run_until_complete(future));
        attempt("close", || other.close());
    });
    run_once(&loop_);
}

// Closing.

fn close_is_idempotent() {
    let loop_ = new_event_loop();
    loop_.call_soon(|| trace!("never"));
    loop_.call_later(0, || trace!("never"));
    show("is_closed", loop_.is_closed());
    attempt("close", || loop_.close());
    show("is_closed", loop_.is_closed());
    attempt("close again", || loop_.close());
}

fn closing_cancels_nothing() {
    let loop_ = new_event_loop();
    let soon = loop_.call_soon(|| trace!("never"));
    let later = loop_.call_later(1, || trace!("never"));
    let future: Future<()> = loop_.create_future();
    future.add_done_callback(|_| trace!("never"));
    loop_.close().unwrap();
    show("cancelled", soon.cancelled());
    show("cancelled", later.cancelled());
    state("future", &future);
}

fn a_closed_loop_refuses_to_schedule() {
    let loop_ = new_event_loop();
    let future: Future<i32> = loop_.create_future();
    let waiting: Future<i32> = loop_.create_future();
    waiting.add_done_callback(|_| {});
    loop_.close().unwrap();
    attempt("call_soon", || Ok(loop_.call_soon(|| {})));
    attempt("call_later", || Ok(loop_.call_later(1, || {})));
    attempt("call_at", || Ok(loop_.call_at(1.0, || {})));
    attempt("call_soon_threadsafe", || Ok(loop_.call_soon_threadsafe(|| {})));
    attempt("run_forever", || loop_.run_forever());
    attempt("run_until_complete", || loop_.run_until_complete(&future));
    attempt("set_result without callbacks", || future.set_result(1));
    attempt("set_result with callbacks", || waiting.set_result(1));
    state("waiting", &waiting);
}

// Failing callbacks.

fn system_exit_leaves_the_rest_of_the_batch_for_later() {
    let loop_ = new_event_loop();

    fn exit() -> Result<()> {
        Err(SystemExit(3))
    }

    loop_.call_soon(|| trace!("before"));
    loop_.call_soon(exit);
    loop_.call_soon(|| trace!("after"));
    attempt("run_forever", || loop_.run_forever());
    show("is_running", loop_.is_running());
    run_once(&loop_);
}

fn keyboard_interrupt_in_a_timer_leaves_the_rest_for_later() {
    let loop_ = new_event_loop();

    fn interrupt() -> Result<()> {
        Err(KeyboardInterrupt())
    }

    loop_.call_later(1, interrupt);
    loop_.call_later(1, || trace!("same deadline"));
    let inner = loop_.clone();
    loop_.call_later(0.5, move || {
        inner.call_soon(|| trace!("half"));
    });
    let future: Future<()> = loop_.create_future();
    attempt("run_until_complete", || loop_.run_until_complete(future));
    run_once(&loop_);
}

fn fail() -> Result<()> {
    Err(ValueError("callback"))
}

fn exception_in_a_callback_is_logged_and_the_batch_goes_on() {
    let loop_ = new_event_loop();
    loop_.call_soon(fail);
    loop_.call_soon(|| trace!("next"));
    loop_.call_later(1, fail);
    run_until(&loop_, 2.0);
}

fn cancelled_error_in_a_callback_is_logged() {
    let loop_ = new_event_loop();

    fn fail() -> Result<()> {
        Err(CancelledError::with("callback"))
    }

    loop_.call_soon(fail);
    run_once(&loop_);
}

fn an_exception_handler_replaces_the_log() {
    let loop_ = new_event_loop();

    fn handler(_loop: &EventLoop, context: &ExceptionContext) {
        show("message", &context.message);
        show("exception", &context.exception);
        show("handle", &context.handle);
    }

    show("before", loop_.get_exception_handler().is_none());
    loop_.set_exception_handler(handler);
    show("while", loop_.get_exception_handler().is_none());
    loop_.call_soon(fail);
    run_once(&loop_);
    loop_.clear_exception_handler();
    show("after", loop_.get_exception_handler().is_none());
    loop_.call_soon(fail);
    run_once(&loop_);
}

fn an_exception_handler_may_defer_to_the_default_one() {
    let loop_ = new_event_loop();

    fn handler(loop_: &EventLoop, context: &ExceptionContext) {
        trace!("handler");
        loop_.default_exception_handler(context);
    }

    loop_.set_exception_handler(handler);
    call_handler(&loop_, "only a message", None);
    call_handler(&loop_, "", Some(ValueError("without a message")));
}

fn call_handler(loop_: &EventLoop, message: &str, exception: Option<Error>) {
    let mut context = ExceptionContext::new(message);
    context.exception = exception;
    loop_.call_exception_handler(context).unwrap();
}

fn a_failing_exception_handler_falls_back_to_the_default_one() {
    let loop_ = new_event_loop();

    fn handler(_loop: &EventLoop, _context: &ExceptionContext) -> Result<()> {
        trace!("handler");
        Err(RuntimeError("handler"))
    }

    loop_.set_exception_handler(handler);
    call_handler(&loop_, "first", Some(ValueError("first")));
    trace!("goes on");
}

fn system_exit_in_an_exception_handler_escapes() {
    let loop_ = new_event_loop();

    fn handler(_loop: &EventLoop, _context: &ExceptionContext) -> Result<()> {
        Err(SystemExit(4))
    }

    loop_.set_exception_handler(handler);
    loop_.call_soon(fail);
    loop_.call_soon(|| trace!("left over"));
    attempt("run_forever", || loop_.run_forever());
    loop_.clear_exception_handler();
    run_once(&loop_);
}

fn default_handler_sorts_what_it_shows() {
    let loop_ = new_event_loop();
    let future: Future<()> = loop_.create_future();
    let mut context = ExceptionContext::new("with a future");
    context.future = Some(future.any());
    context.exception = Some(RuntimeError("failed"));
    loop_.call_exception_handler(context).unwrap();
    let handle = loop_.call_soon(|| {});
    handle.cancel();
    let mut context = ExceptionContext::new("sorted");
    context.handle = Some(handle);
    context.future = Some(future.any());
    loop_.call_exception_handler(context).unwrap();
}

// Reprs and the current loop.

fn reprs_of_handles() {
    let loop_ = new_event_loop();

    fn callback() {}

    let soon = loop_.call_soon(callback);
    show("handle", &soon);
    let later = loop_.call_later(1.5, callback);
    show("timer handle", &later);
    soon.cancel();
    later.cancel();
    show("cancelled", soon);
    show("cancelled", later);
    let ran = loop_.call_soon(callback);
    run_once(&loop_);
    show("ran", ran);
}

fn reprs_of_handles_in_debug_mode() {
    let loop_ = new_event_loop();
    loop_.set_debug(true);

    fn callback() {}

    let soon = loop_.call_soon(callback);
    show("handle", &soon);
    let later = loop_.call_later(1.5, callback);
    show("timer handle", &later);
    soon.cancel();
    later.cancel();
    // Debug mode keeps the callback of a cancelled handle for its repr.
    show("cancelled", soon);
    show("cancelled", later);
}

fn repr_of_a_loop() {
    let loop_ = new_event_loop();
    show("new", &loop_);
    let inner = loop_.clone();
    loop_.call_soon(move || show("running", inner));
    run_once(&loop_);
    loop_.set_debug(true);
    show("debug", &loop_);
    loop_.close().unwrap();
    show("closed", &loop_);
}

fn the_running_loop_is_known_only_while_it_runs() {
    let loop_ = new_event_loop();
    attempt("get_running_loop", || Ok(asyncio::get_running_loop()));
    show("_get_running_loop", asyncio::_get_running_loop().is_none());
    let inner = loop_.clone();
    loop_.call_soon(move || {
        show("running", asyncio::get_running_loop() == inner);
        show("current", asyncio::get_event_loop() == inner);
    });
    run_once(&loop_);
    show("_get_running_loop", asyncio::_get_running_loop().is_none());
    asyncio::set_event_loop(Some(&loop_));
    show("set", asyncio::get_event_loop() == loop_);
    asyncio::set_event_loop(None);
}

fn what_needs_a_running_loop_says_so() {
    new_event_loop();

    async fn noop() -> Result<()> {
        Ok(())
    }

    attempt("create_task", || Ok(asyncio::create_task(noop())));
    attempt("current_task", || Ok(asyncio::current_task()));
    attempt("all_tasks", || Ok(asyncio::all_tasks()));
}

fn coroutines_of_another_loop_are_not_mixed_up() {
    let first = new_event_loop();
    let second = new_event_loop();

    async fn running_on(loop_: EventLoop) -> Result<bool> {
        Ok(asyncio::get_running_loop() == loop_)
    }

    attempt("second", || second.run_until_complete(running_on(second.clone())));
    attempt("first", || first.run_until_complete(running_on(first.clone())));
    first.run_until_complete(outcome("awaited", running_on(first.clone()))).unwrap();
}
