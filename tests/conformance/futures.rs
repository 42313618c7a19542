//! Futures: done-callbacks, cancellation, lost exceptions, awaiting, reprs.

use asyncio::{
    CancelledError, EventLoop, ExceptionContext, Future, Result, StopIteration, SystemExit, Task,
    ValueError,
};

use crate::trace::{
    attempt, collect, iteration, new_event_loop, outcome, run, run_once, show, state, trace,
};

crate::scenarios! { futures:
    done_callbacks_run_in_order_an_iteration_later,
    a_callback_added_to_a_done_future_runs_in_the_next_iteration,
    callbacks_of_a_cancelled_future_run_too,
    remove_done_callback_removes_all_that_are_equal,
    a_failing_done_callback_does_not_stop_the_others,
    system_exit_in_a_done_callback_leaves_the_others_for_later,
    a_cancelled_callback_sees_the_cancellation,
    errors_of_invalid_states,
    errors_of_a_cancelled_future,
    cancel_of_a_done_future_is_refused,
    the_message_of_a_cancelled_future_comes_every_time,
    set_exception_with_a_cancelled_error_does_not_cancel,
    set_exception_refuses_stop_iteration,
    a_result_may_be_asked_for_again,
    an_exception_that_nobody_retrieved_is_logged,
    a_retrieved_exception_is_not_logged,
    cancelling_a_failed_future_silences_it,
    a_cancelled_or_pending_future_is_dropped_silently,
    a_lost_exception_goes_to_the_exception_handler,
    futures_of_a_closed_loop_end_but_cannot_tell,
    a_failure_that_a_closed_loop_could_not_tell_is_not_reported,
    awaiting_a_done_future_does_not_yield,
    several_waiters_resume_in_order,
    a_waiter_resumes_among_the_callbacks,
    awaiting_a_future_of_another_loop_fails,
    awaiting_the_task_itself_fails,
    futures_know_their_loop,
    ensure_future_returns_a_future_as_it_is,
    reprs_of_futures_by_state,
    reprs_of_futures_by_result,
    reprs_cut_long_results,
    reprs_of_futures_by_callbacks,
    repr_of_a_future_that_a_task_awaits,
    repr_of_a_future_in_debug_mode,
}

fn ignore(_future: &Future<()>) {}

// Done-callbacks.

fn done_callbacks_run_in_order_an_iteration_later() {
    let loop_ = new_event_loop();
    let future: Future<i32> = loop_.create_future();
    future.add_done_callback(|f| f.result().map(|value| show("first", value)));
    future.add_done_callback(|f| f.result().map(|value| show("second", value)));
    loop_.call_soon(move || -> Result<()> {
        future.set_result(1)?;
        trace!("set");
        Ok(())
    });
    loop_.call_soon(|| trace!("queued before the callbacks"));
    run_once(&loop_);
    run_once(&loop_);
}

fn a_callback_added_to_a_done_future_runs_in_the_next_iteration() {
    let loop_ = new_event_loop();
    let future: Future<i32> = loop_.create_future();
    future.set_result(1).unwrap();
    future.add_done_callback(|f| f.result().map(|value| show("added when done", value)));
    trace!("not yet");

    fn add_another(f: &Future<i32>) {
        trace!("adding");
        f.add_done_callback(|_| trace!("added by a callback"));
    }

    future.add_done_callback(add_another);
    run_once(&loop_);
    run_once(&loop_);
}

fn callbacks_of_a_cancelled_future_run_too() {
    let loop_ = new_event_loop();
    let future: Future<()> = loop_.create_future();
    future.add_done_callback(|f| state("future", f));
    show("cancel", future.cancel());
    show("cancel again", future.cancel());
    run_once(&loop_);
}

fn remove_done_callback_removes_all_that_are_equal() {
    let loop_ = new_event_loop();
    let future: Future<i32> = loop_.create_future();

    fn first(_: &Future<i32>) {
        trace!("first");
    }

    fn second(_: &Future<i32>) {
        trace!("second");
    }

    let first_id = future.add_done_callback(first);
    let second_id = future.add_done_callback(second);
    future.add_done_callback(first);
    show("first", future.remove_done_callback(first_id));
    show("first again", future.remove_done_callback(first_id));
    future.set_result(1).unwrap();
    show("second, too late", future.remove_done_callback(second_id));
    run_once(&loop_);
}

fn a_failing_done_callback_does_not_stop_the_others() {
    let loop_ = new_event_loop();
    let future: Future<i32> = loop_.create_future();

    fn fail(_: &Future<i32>) -> Result<()> {
        Err(ValueError("done-callback"))
    }

    future.add_done_callback(fail);
    future.add_done_callback(|_| trace!("next"));
    future.set_result(1).unwrap();
    run_once(&loop_);
    state("future", &future);
}

fn system_exit_in_a_done_callback_leaves_the_others_for_later() {
    let loop_ = new_event_loop();
    let future: Future<i32> = loop_.create_future();

    fn exit(_: &Future<i32>) -> Result<()> {
        Err(SystemExit(1))
    }

    future.add_done_callback(exit);
    future.add_done_callback(|_| trace!("later"));
    future.set_result(1).unwrap();
    attempt("run_forever", || loop_.run_forever());
    run_once(&loop_);
}

fn a_cancelled_callback_sees_the_cancellation() {
    let loop_ = new_event_loop();
    let future: Future<()> = loop_.create_future();
    future.add_done_callback(|f| {
        attempt("exception", || f.exception());
        attempt("result", || f.result());
    });
    future.cancel_with("why");
    run_once(&loop_);
}

// States and their errors.

fn errors_of_invalid_states() {
    let loop_ = new_event_loop();
    let future: Future<i32> = loop_.create_future();
    attempt("result of a pending one", || future.result());
    attempt("exception of a pending one", || future.exception());
    future.set_result(1).unwrap();
    attempt("set_result twice", || future.set_result(2));
    attempt("set_exception after set_result", || future.set_exception(ValueError("late")));
    attempt("exception of a result", || future.exception());
    attempt("result", || future.result());
}

fn errors_of_a_cancelled_future() {
    let loop_ = new_event_loop();
    let future: Future<i32> = loop_.create_future();
    future.cancel();
    attempt("set_result", || future.set_result(2));
    attempt("set_exception", || future.set_exception(ValueError("late")));
    attempt("result", || future.result());
    attempt("exception", || future.exception());
    state("future", &future);
}

fn cancel_of_a_done_future_is_refused() {
    let loop_ = new_event_loop();
    let future: Future<i32> = loop_.create_future();
    state("future", &future);
    future.set_result(1).unwrap();
    show("cancel", future.cancel());
    state("future", &future);
    attempt("result", || future.result());
}

fn the_message_of_a_cancelled_future_comes_every_time() {
    let loop_ = new_event_loop();
    let future: Future<()> = loop_.create_future();
    future.cancel_with("why");
    attempt("first result", || future.result());
    attempt("second result", || future.result());
    attempt("exception", || future.exception());
}

fn set_exception_with_a_cancelled_error_does_not_cancel() {
    let loop_ = new_event_loop();
    let future: Future<()> = loop_.create_future();
    future.set_exception(CancelledError::with("set")).unwrap();
    state("future", &future);
    attempt("exception", || future.exception());
    attempt("result", || future.result());
    show("repr", future);
}

fn set_exception_refuses_stop_iteration() {
    let loop_ = new_event_loop();
    let future: Future<()> = loop_.create_future();
    attempt("set_exception", || future.set_exception(StopIteration("stop")));
    state("future", &future);
    attempt("exception", || future.exception());
    state("future", &future);
}

fn a_result_may_be_asked_for_again() {
    let loop_ = new_event_loop();
    let good: Future<&str> = loop_.create_future();
    good.set_result("text").unwrap();
    attempt("result", || good.result());
    attempt("result again", || good.result());
    let bad: Future<()> = loop_.create_future();
    bad.set_exception(ValueError("kept")).unwrap();
    attempt("exception", || bad.exception());
    attempt("exception again", || bad.exception());
    attempt("result", || bad.result());
}

// Lost exceptions.

fn an_exception_that_nobody_retrieved_is_logged() {
    let loop_ = new_event_loop();
    let future: Future<()> = loop_.create_future();
    future.set_exception(ValueError("lost")).unwrap();
    drop(future);
    collect();
    trace!("dropped");
}

fn a_retrieved_exception_is_not_logged() {
    let loop_ = new_event_loop();
    let by_exception: Future<()> = loop_.create_future();
    by_exception.set_exception(ValueError("exception")).unwrap();
    attempt("exception", || by_exception.exception());
    let by_result: Future<()> = loop_.create_future();
    by_result.set_exception(ValueError("result")).unwrap();
    attempt("result", || by_result.result());
    let by_await: Future<()> = loop_.create_future();
    by_await.set_exception(ValueError("await")).unwrap();
    loop_.run_until_complete(outcome("await", by_await)).unwrap();
    drop((by_exception, by_result));
    collect();
    trace!("dropped");
}

fn cancelling_a_failed_future_silences_it() {
    let loop_ = new_event_loop();
    let future: Future<()> = loop_.create_future();
    future.set_exception(ValueError("lost")).unwrap();
    show("cancel", future.cancel());
    state("future", &future);
    drop(future);
    collect();
    trace!("dropped");
}

fn a_cancelled_or_pending_future_is_dropped_silently() {
    let loop_ = new_event_loop();
    let cancelled: Future<()> = loop_.create_future();
    cancelled.cancel_with("lost");
    let pending: Future<()> = loop_.create_future();
    pending.add_done_callback(ignore);
    drop((cancelled, pending));
    collect();
    trace!("dropped");
}

fn a_lost_exception_goes_to_the_exception_handler() {
    let loop_ = new_event_loop();

    fn handler(_loop: &EventLoop, context: &ExceptionContext) {
        show("message", &context.message);
        show("exception", &context.exception);
        show("future", &context.future);
    }

    loop_.set_exception_handler(handler);
    let future: Future<()> = loop_.create_future();
    future.set_exception(ValueError("lost")).unwrap();
    drop(future);
    collect();
}

// A closed loop.

fn futures_of_a_closed_loop_end_but_cannot_tell() {
    let loop_ = new_event_loop();
    let [silent, set, failed, cancelled]: [Future<i32>; 4] =
        std::array::from_fn(|_| loop_.create_future());
    for future in [&set, &failed, &cancelled] {
        future.add_done_callback(|_| trace!("never"));
    }
    loop_.close().unwrap();
    attempt("cancel without callbacks", || Ok(silent.cancel()));
    attempt("set_result", || set.set_result(1));
    attempt("set_exception", || failed.set_exception(ValueError("failed")));
    attempt("cancel", || Ok(cancelled.cancel()));
    attempt("add_done_callback", || {
        set.add_done_callback(|_| {});
        Ok(())
    });
    for future in [silent, set, failed, cancelled] {
        show("future", future);
    }
}

fn a_failure_that_a_closed_loop_could_not_tell_is_not_reported() {
    let loop_ = new_event_loop();
    let (told, untold): (Future<()>, Future<()>) = (loop_.create_future(), loop_.create_future());
    untold.add_done_callback(ignore);
    loop_.close().unwrap();
    attempt("without callbacks", || told.set_exception(ValueError("told")));
    attempt("with callbacks", || untold.set_exception(ValueError("untold")));
    drop(untold);
    collect();
    trace!("dropped");
    drop(told);
    collect();
    trace!("dropped");
}

// Awaiting.

fn awaiting_a_done_future_does_not_yield() {
    async fn main() -> Result<()> {
        let loop_ = asyncio::get_running_loop();
        loop_.call_soon(|| trace!("the loop got its turn"));
        let done: Future<i32> = loop_.create_future();
        done.set_result(1)?;
        outcome("done", done).await?;
        let failed: Future<()> = loop_.create_future();
        failed.set_exception(ValueError("failed"))?;
        outcome("failed", failed).await?;
        let cancelled: Future<()> = loop_.create_future();
        cancelled.cancel();
        outcome("cancelled", cancelled).await?;
        trace!("not yielded so far");
        asyncio::sleep(0).await
    }

    run(main());
}

fn several_waiters_resume_in_order() {
    async fn wait(name: usize, future: Future<&'static str>) -> Result<()> {
        outcome(&name.to_string(), &future).await
    }

    async fn main() -> Result<()> {
        let loop_ = asyncio::get_running_loop();
        let future = loop_.create_future();
        let tasks: Vec<Task<()>> =
            (0..3).map(|n| asyncio::create_task(wait(n, future.clone()))).collect();
        asyncio::sleep(0).await?;
        future.add_done_callback(|_| trace!("callback after the waiters"));
        future.set_result("shared")?;
        for task in tasks {
            task.await?;
        }
        Ok(())
    }

    run(main());
}

fn a_waiter_resumes_among_the_callbacks() {
    async fn wait(future: Future<i32>) -> Result<()> {
        outcome("waiter", &future).await
    }

    async fn main() -> Result<()> {
        let loop_ = asyncio::get_running_loop();
        let future = loop_.create_future();
        future.add_done_callback(|_| trace!("added before"));
        let task = asyncio::create_task(wait(future.clone()));
        asyncio::sleep(0).await?;
        future.add_done_callback(|_| trace!("added after"));
        future.set_result(1)?;
        loop_.call_soon(|| trace!("queued after the result"));
        task.await
    }

    run(main());
}

fn awaiting_a_future_of_another_loop_fails() {
    let other = new_event_loop();
    let future: Future<()> = other.create_future();

    async fn main(future: Future<()>) -> Result<()> {
        let before = iteration();
        outcome("future", &future).await?;
        show("iterations", iteration() - before);
        Ok(())
    }

    run(main(future.clone()));
    state("future", &future);
}

fn awaiting_the_task_itself_fails() {
    async fn main() -> Result<()> {
        let task = asyncio::current_task().expect("a task runs this");
        let itself: Task<()> = task.downcast().expect("the task of main");
        outcome("itself", &itself).await
    }

    run(main());
}

fn futures_know_their_loop() {
    let loop_ = new_event_loop();
    let future: Future<()> = loop_.create_future();
    show("get_loop", future.get_loop() == loop_);

    async fn main() -> Result<()> {
        let made: Future<()> = Future::new();
        show("get_loop", made.get_loop() == asyncio::get_running_loop());
        Ok(())
    }

    loop_.run_until_complete(main()).unwrap();
}

fn ensure_future_returns_a_future_as_it_is() {
    async fn one() -> Result<i32> {
        Ok(1)
    }

    async fn main() -> Result<()> {
        let future: Future<i32> = asyncio::get_running_loop().create_future();
        show("same", asyncio::ensure_future(future.clone()) == future);
        future.set_result(0)?;
        let task = asyncio::ensure_future(one());
        show("repr", &task);
        outcome("task", task).await
    }

    run(main());
}

// Reprs.

fn reprs_of_futures_by_state() {
    let loop_ = new_event_loop();
    let pending: Future<()> = loop_.create_future();
    show("pending", pending);
    let finished: Future<i32> = loop_.create_future();
    finished.set_result(7).unwrap();
    show("finished", finished);
    let failed: Future<()> = loop_.create_future();
    failed.set_exception(ValueError("failed")).unwrap();
    show("failed", &failed);
    attempt("exception", || failed.exception());
    let cancelled: Future<()> = loop_.create_future();
    cancelled.cancel_with("why");
    show("cancelled", cancelled);
}

fn reprs_of_futures_by_result() {
    let loop_ = new_event_loop();
    show("finished", finished(&loop_, ()));
    show("finished", finished(&loop_, true));
    show("finished", finished(&loop_, 1.5));
    show("finished", finished(&loop_, "text"));
}

fn finished<T: 'static>(loop_: &EventLoop, value: T) -> Future<T> {
    let future = loop_.create_future();
    future.set_result(value).unwrap();
    future
}

fn reprs_cut_long_results() {
    let loop_ = new_event_loop();
    show("finished", finished(&loop_, "x".repeat(30)));
    show("finished", finished(&loop_, "x".repeat(60)));
}

fn reprs_of_futures_by_callbacks() {
    let loop_ = new_event_loop();
    let future: Future<i32> = loop_.create_future();

    fn first(_: &Future<i32>) {}

    fn second(_: &Future<i32>) {}

    fn third(_: &Future<i32>) {}

    future.add_done_callback(first);
    show("one", &future);
    future.add_done_callback(second);
    show("two", &future);
    future.add_done_callback(third);
    show("three", &future);
    future.add_done_callback(first);
    show("four", &future);
    future.set_result(1).unwrap();
    show("finished", future);
}

fn repr_of_a_future_that_a_task_awaits() {
    async fn wait(future: Future<i32>) -> Result<()> {
        (&future).await.map(drop)
    }

    async fn main() -> Result<()> {
        let future = asyncio::get_running_loop().create_future();
        let task = asyncio::create_task(wait(future.clone()));
        asyncio::sleep(0).await?;
        show("future", &future);
        show("task", &task);
        future.set_result(1)?;
        show("future", &future);
        show("task", &task);
        (&task).await?;
        show("task", task);
        Ok(())
    }

    run(main());
}

fn repr_of_a_future_in_debug_mode() {
    let loop_ = new_event_loop();
    loop_.set_debug(true);
    let future: Future<i32> = loop_.create_future();
    show("pending", &future);
    future.set_result(1).unwrap();
    show("finished", future);
}
