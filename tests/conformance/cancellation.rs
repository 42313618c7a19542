//! Cancellation of tasks: where the request goes, what it replaces, what is counted.

use asyncio::{
    AnyTask, Awaitable, CancelledError, Error, Future, GeneratorExit, Result, Task, ValueError,
};

use crate::repr::Repr;
use crate::trace::{attempt, outcome, run, run_once, show, state, trace, watch};

crate::scenarios! { cancellation:
    cancelling_a_task_cancels_the_future_it_awaits,
    cancelling_a_task_cancels_the_task_it_awaits,
    cancelling_one_waiter_cancels_the_future_for_all,
    cancelling_reaches_through_coroutines_to_the_innermost_await,
    a_cancelled_future_cancels_the_task_that_awaits_it,
    a_cancelled_error_raised_by_the_coroutine_cancels_the_task,
    the_result_is_lost_to_a_late_cancel,
    a_late_cancel_replaces_the_exception,
    a_late_cancel_does_not_replace_a_cancellation,
    cancel_before_the_start_runs_no_line,
    cancel_twice_before_the_start_keeps_the_last_message,
    cancel_twice_while_waiting_keeps_the_first_message,
    cancel_of_a_finished_task_is_refused,
    cancel_while_the_gather_is_full_but_has_not_seen_it,
    cancel_of_a_sleep_that_is_over_but_not_seen,
    cancelling_a_child_that_waits_for_its_parent_cancels_the_parent,
    generator_exit_is_an_ordinary_failure,
    a_cancelled_error_passed_on_by_hand_keeps_its_message,
    self_cancel_then_return_discards_the_result,
    self_cancel_then_raise_keeps_the_exception,
    self_cancel_then_await_a_pending_future,
    self_cancel_then_await_done_ones_is_not_noticed_yet,
    self_cancel_then_await_a_task,
    uncancel_counts_down_and_never_below_zero,
    uncancel_to_zero_withdraws_a_request_not_yet_delivered,
    uncancel_does_not_take_back_a_cancelled_future,
    a_swallowed_cancellation_is_still_counted,
    a_task_may_refuse_every_cancellation,
    cancel_while_cleaning_up_interrupts_the_cleanup,
    an_inner_task_that_swallows_the_request_saves_the_outer_one,
    an_exception_raised_while_cancelled_fails_the_task,
    a_message_travels_through_nested_tasks,
    the_message_comes_with_the_first_retrieval_only,
    of_two_waiters_only_the_first_gets_the_message,
    a_cancellation_without_a_message_has_none,
    a_cancelled_main_task_raises_from_run,
    cancel_from_a_done_callback_of_the_awaited_future,
    cancel_between_the_wake_up_and_the_end_of_a_task,
}

async fn noop() -> Result<()> {
    Ok(())
}

async fn wait<A>(awaitable: A) -> Result<A::Value>
where
    A: Awaitable<Failure = Error>,
    A::Value: Repr + Clone,
{
    watch("wait", awaitable).await
}

fn current_task() -> AnyTask {
    asyncio::current_task().expect("a task runs this")
}

fn create_future<T: 'static>() -> Future<T> {
    asyncio::get_running_loop().create_future()
}

// Where the request goes.

fn cancelling_a_task_cancels_the_future_it_awaits() {
    async fn main() -> Result<()> {
        let future: Future<()> = create_future();
        let task = asyncio::create_task(wait(future.clone()));
        asyncio::sleep(0).await?;
        show("cancel", task.cancel());
        state("task", &task);
        state("future", &future);
        outcome("task", &task).await?;
        state("task", &task);
        Ok(())
    }

    run(main());
}

fn cancelling_a_task_cancels_the_task_it_awaits() {
    async fn main() -> Result<()> {
        let inner = asyncio::create_task(watch("inner", asyncio::sleep(10)));
        let outer = asyncio::create_task(wait(inner.clone()));
        asyncio::sleep(0).await?;
        show("cancel", outer.cancel_with("why"));
        state("inner", &inner);
        state("outer", &outer);
        outcome("outer", outer).await?;
        state("inner", &inner);
        Ok(())
    }

    run(main());
}

fn cancelling_one_waiter_cancels_the_future_for_all() {
    async fn main() -> Result<()> {
        let future: Future<()> = create_future();
        let first = asyncio::create_task(wait(future.clone()));
        let second = asyncio::create_task(wait(future));
        asyncio::sleep(0).await?;
        first.cancel_with("first");
        outcome("second", &second).await?;
        outcome("first", &first).await?;
        state("first", &first);
        state("second", &second);
        Ok(())
    }

    run(main());
}

fn cancelling_reaches_through_coroutines_to_the_innermost_await() {
    async fn level(depth: u32) -> Result<()> {
        if depth > 0 {
            return watch(&format!("level {depth}"), Box::pin(level(depth - 1))).await;
        }
        watch("sleep", asyncio::sleep(10)).await
    }

    async fn main() -> Result<()> {
        let task = asyncio::create_task(level(2));
        asyncio::sleep(1).await?;
        task.cancel_with("deep");
        outcome("task", task).await
    }

    run(main());
}

fn a_cancelled_future_cancels_the_task_that_awaits_it() {
    async fn main() -> Result<()> {
        let future: Future<()> = create_future();
        let task = asyncio::create_task(wait(future.clone()));
        asyncio::sleep(0).await?;
        future.cancel_with("from outside");
        outcome("task", &task).await?;
        state("task", &task);
        Ok(())
    }

    run(main());
}

fn a_cancelled_error_raised_by_the_coroutine_cancels_the_task() {
    async fn raising() -> Result<()> {
        Err(CancelledError::with("raised"))
    }

    async fn main() -> Result<()> {
        let task = asyncio::create_task(raising());
        asyncio::sleep(0).await?;
        state("task", &task);
        attempt("first", || task.result());
        attempt("second", || task.result());
        attempt("exception", || task.exception());
        Ok(())
    }

    run(main());
}

// When it comes too late or too early.

fn the_result_is_lost_to_a_late_cancel() {
    async fn main() -> Result<()> {
        let future: Future<&str> = create_future();
        let task = asyncio::create_task(wait(future.clone()));
        asyncio::sleep(0).await?;
        future.set_result("lost")?;
        // The wake-up is queued, the future can no longer be cancelled.
        show("cancel", task.cancel_with("late"));
        outcome("task", task).await?;
        attempt("future", || future.result());
        Ok(())
    }

    run(main());
}

fn a_late_cancel_replaces_the_exception() {
    async fn main() -> Result<()> {
        let future: Future<()> = create_future();
        let task = asyncio::create_task(wait(future.clone()));
        asyncio::sleep(0).await?;
        future.set_exception(ValueError("replaced"))?;
        task.cancel_with("late");
        outcome("task", &task).await?;
        state("task", &task);
        Ok(())
    }

    run(main());
}

fn a_late_cancel_does_not_replace_a_cancellation() {
    async fn main() -> Result<()> {
        let future: Future<()> = create_future();
        let task = asyncio::create_task(wait(future.clone()));
        asyncio::sleep(0).await?;
        future.cancel_with("first");
        task.cancel_with("second");
        outcome("task", &task).await?;
        state("task", &task);
        Ok(())
    }

    run(main());
}

fn cancel_before_the_start_runs_no_line() {
    async fn child() -> Result<()> {
        trace!("started");
        let result = asyncio::sleep(1).await;
        trace!("finally");
        result
    }

    async fn main() -> Result<()> {
        let task = asyncio::create_task(child());
        show("cancel", task.cancel_with("early"));
        state("task", &task);
        outcome("task", &task).await?;
        state("task", &task);
        Ok(())
    }

    run(main());
}

fn cancel_twice_before_the_start_keeps_the_last_message() {
    async fn main() -> Result<()> {
        let task = asyncio::create_task(noop());
        task.cancel_with("first");
        task.cancel_with("second");
        state("task", &task);
        outcome("task", task).await
    }

    run(main());
}

fn cancel_twice_while_waiting_keeps_the_first_message() {
    async fn main() -> Result<()> {
        let future: Future<()> = create_future();
        let task = asyncio::create_task(wait(future));
        asyncio::sleep(0).await?;
        show("first", task.cancel_with("first"));
        show("second", task.cancel_with("second"));
        state("task", &task);
        outcome("task", task).await
    }

    run(main());
}

fn cancel_of_a_finished_task_is_refused() {
    async fn main() -> Result<()> {
        let task = asyncio::create_task(noop());
        (&task).await?;
        show("cancel", task.cancel());
        state("task", &task);
        Ok(())
    }

    run(main());
}

fn cancel_while_the_gather_is_full_but_has_not_seen_it() {
    async fn main() -> Result<()> {
        let future: Future<&str> = create_future();
        let gathered = asyncio::gather((&future,));
        let task = asyncio::create_task(wait(gathered.clone()));
        asyncio::sleep(0).await?;
        future.set_result("lost")?;
        show("cancel", task.cancel_with("late"));
        outcome("task", task).await?;
        outcome("gathered", gathered).await
    }

    run(main());
}

fn cancel_of_a_sleep_that_is_over_but_not_seen() {
    async fn sleeper() -> Result<&'static str> {
        watch("sleep", asyncio::sleep_with(1, "slept")).await
    }

    async fn main() -> Result<()> {
        let loop_ = asyncio::get_running_loop();
        let before = asyncio::create_task(sleeper());
        let after = asyncio::create_task(sleeper());
        // The timer of this one is older than the sleeper's, of that one younger.
        let first = before.clone();
        loop_.call_later(1, move || show("cancel before", first.cancel_with("before")));
        asyncio::sleep(0).await?;
        let second = after.clone();
        loop_.call_later(1, move || show("cancel after", second.cancel_with("after")));
        outcome("before", before).await?;
        outcome("after", after).await
    }

    run(main());
}

fn cancelling_a_child_that_waits_for_its_parent_cancels_the_parent() {
    async fn wait_and_share(task: Task<&'static str>) -> Result<&'static str> {
        watch("wait", &task).await
    }

    async fn main() -> Result<&'static str> {
        let parent = current_task();
        let itself: Task<&'static str> = parent.downcast().expect("the task of main");
        let child = asyncio::create_task(wait_and_share(itself));
        asyncio::sleep(0).await?;
        show("cancel", child.cancel_with("upwards"));
        show("parent", parent.cancelling());
        outcome("sleep", asyncio::sleep(1)).await?;
        Ok("parent")
    }

    let loop_ = run(main());
    run_once(&loop_);
}

fn generator_exit_is_an_ordinary_failure() {
    async fn failing() -> Result<()> {
        Err(GeneratorExit())
    }

    async fn main() -> Result<()> {
        let task = asyncio::create_task(failing());
        asyncio::sleep(0).await?;
        attempt("task", || task.result());
        state("task", &task);
        Ok(())
    }

    run(main());
}

fn a_cancelled_error_passed_on_by_hand_keeps_its_message() {
    async fn child() -> Result<()> {
        let cancelled = asyncio::sleep(10).await;
        asyncio::sleep(1).await?;
        cancelled
    }

    async fn main() -> Result<()> {
        let task = asyncio::create_task(child());
        asyncio::sleep(1).await?;
        task.cancel_with("kept");
        outcome("task", &task).await?;
        state("task", &task);
        Ok(())
    }

    run(main());
}

// A task that cancels itself.

fn self_cancel_then_return_discards_the_result() {
    async fn child() -> Result<i32> {
        current_task().cancel_with("myself");
        trace!("still running");
        Ok(1)
    }

    async fn main() -> Result<()> {
        let task = asyncio::create_task(child());
        outcome("task", &task).await?;
        state("task", &task);
        Ok(())
    }

    run(main());
}

fn self_cancel_then_raise_keeps_the_exception() {
    async fn child() -> Result<()> {
        current_task().cancel_with("myself");
        Err(ValueError("raised"))
    }

    async fn main() -> Result<()> {
        let task = asyncio::create_task(child());
        outcome("task", &task).await?;
        state("task", &task);
        Ok(())
    }

    run(main());
}

fn self_cancel_then_await_a_pending_future() {
    async fn child(future: Future<()>) -> Result<()> {
        current_task().cancel_with("myself");
        watch("future", future).await
    }

    async fn main() -> Result<()> {
        let future: Future<()> = create_future();
        let task = asyncio::create_task(child(future.clone()));
        outcome("task", &task).await?;
        state("future", &future);
        state("task", &task);
        Ok(())
    }

    run(main());
}

fn self_cancel_then_await_done_ones_is_not_noticed_yet() {
    async fn child(future: Future<i32>) -> Result<()> {
        current_task().cancel_with("myself");
        watch("done future", future).await?;
        watch("coroutine", noop()).await?;
        watch("sleep", asyncio::sleep(0)).await
    }

    async fn main() -> Result<()> {
        let future: Future<i32> = create_future();
        future.set_result(1)?;
        let task = asyncio::create_task(child(future));
        outcome("task", task).await
    }

    run(main());
}

fn self_cancel_then_await_a_task() {
    async fn child(task: Task<()>) -> Result<()> {
        current_task().cancel_with("myself");
        watch("inner", task).await
    }

    async fn main() -> Result<()> {
        let inner = asyncio::create_task(watch("sleep", asyncio::sleep(1)));
        let task = asyncio::create_task(child(inner.clone()));
        outcome("task", task).await?;
        state("inner", &inner);
        Ok(())
    }

    run(main());
}

// Counting.

fn uncancel_counts_down_and_never_below_zero() {
    async fn main() -> Result<()> {
        let task = current_task();
        show("cancelling", task.cancelling());
        task.cancel();
        task.cancel();
        show("cancelling", task.cancelling());
        show("uncancel", task.uncancel());
        show("uncancel", task.uncancel());
        show("uncancel", task.uncancel());
        outcome("sleep", asyncio::sleep(0)).await
    }

    run(main());
}

fn uncancel_to_zero_withdraws_a_request_not_yet_delivered() {
    async fn child(uncancels: u32) -> Result<()> {
        let task = current_task();
        task.cancel_with("first");
        task.cancel_with("second");
        for _ in 0..uncancels {
            task.uncancel();
        }
        outcome("sleep", asyncio::sleep_with(1, "slept")).await
    }

    async fn main() -> Result<()> {
        for uncancels in [1, 2] {
            let task = asyncio::create_task(child(uncancels));
            outcome(&format!("{uncancels} uncancels"), &task).await?;
            state("task", &task);
        }
        Ok(())
    }

    run(main());
}

fn uncancel_does_not_take_back_a_cancelled_future() {
    async fn main() -> Result<()> {
        let future: Future<()> = create_future();
        let task = asyncio::create_task(wait(future));
        asyncio::sleep(0).await?;
        task.cancel_with("why");
        show("uncancel", task.uncancel());
        outcome("task", &task).await?;
        state("task", &task);
        Ok(())
    }

    run(main());
}

fn a_swallowed_cancellation_is_still_counted() {
    async fn child() -> Result<&'static str> {
        outcome("first sleep", asyncio::sleep(10)).await?;
        show("cancelling", current_task().cancelling());
        outcome("second sleep", asyncio::sleep(1)).await?;
        Ok("survived")
    }

    async fn main() -> Result<()> {
        let task = asyncio::create_task(child());
        asyncio::sleep(1).await?;
        task.cancel();
        outcome("task", &task).await?;
        state("task", &task);
        Ok(())
    }

    run(main());
}

fn a_task_may_refuse_every_cancellation() {
    async fn stubborn() -> Result<&'static str> {
        for n in 0..3 {
            outcome(&format!("sleep {n}"), asyncio::sleep(10)).await?;
        }
        Ok("done")
    }

    async fn main() -> Result<()> {
        let task = asyncio::create_task(stubborn());
        for n in 0..3 {
            asyncio::sleep(1).await?;
            show("cancel", task.cancel_with(format!("request {n}")));
        }
        outcome("task", &task).await?;
        state("task", &task);
        Ok(())
    }

    run(main());
}

fn cancel_while_cleaning_up_interrupts_the_cleanup() {
    async fn child() -> Result<()> {
        let result = asyncio::sleep(10).await;
        trace!("cleaning");
        watch("cleanup", asyncio::sleep(5)).await?;
        trace!("never");
        result
    }

    async fn main() -> Result<()> {
        let task = asyncio::create_task(child());
        asyncio::sleep(1).await?;
        task.cancel_with("first");
        asyncio::sleep(1).await?;
        task.cancel_with("second");
        outcome("task", &task).await?;
        state("task", &task);
        Ok(())
    }

    run(main());
}

fn an_inner_task_that_swallows_the_request_saves_the_outer_one() {
    async fn inner() -> Result<&'static str> {
        outcome("sleep", asyncio::sleep(10)).await?;
        Ok("saved")
    }

    async fn main() -> Result<()> {
        let task = asyncio::create_task(inner());
        let outer = asyncio::create_task(wait(task.clone()));
        asyncio::sleep(1).await?;
        outer.cancel_with("why");
        state("inner", &task);
        outcome("outer", &outer).await?;
        state("inner", &task);
        state("outer", &outer);
        Ok(())
    }

    run(main());
}

fn an_exception_raised_while_cancelled_fails_the_task() {
    async fn child() -> Result<()> {
        match asyncio::sleep(10).await {
            Err(error) if error.is::<CancelledError>() => Err(ValueError("instead")),
            result => result,
        }
    }

    async fn main() -> Result<()> {
        let task = asyncio::create_task(child());
        asyncio::sleep(1).await?;
        task.cancel();
        outcome("task", &task).await?;
        state("task", &task);
        Ok(())
    }

    run(main());
}

// Messages.

fn a_message_travels_through_nested_tasks() {
    async fn nested(depth: u32) -> Result<()> {
        if depth == 0 {
            return asyncio::sleep(10).await;
        }
        let inner: std::pin::Pin<Box<dyn std::future::Future<Output = Result<()>>>> =
            Box::pin(nested(depth - 1));
        watch(&format!("depth {depth}"), asyncio::create_task(inner)).await
    }

    async fn main() -> Result<()> {
        let task = asyncio::create_task(nested(3));
        asyncio::sleep(1).await?;
        task.cancel_with("the message");
        outcome("task", task).await
    }

    run(main());
}

fn the_message_comes_with_the_first_retrieval_only() {
    async fn main() -> Result<()> {
        let future: Future<()> = create_future();
        let task = asyncio::create_task(wait(future));
        asyncio::sleep(0).await?;
        task.cancel_with("once");
        asyncio::sleep(0).await?;
        asyncio::sleep(0).await?;
        attempt("first", || task.result());
        attempt("second", || task.result());
        attempt("exception", || task.exception());
        outcome("await", task).await
    }

    run(main());
}

fn of_two_waiters_only_the_first_gets_the_message() {
    async fn main() -> Result<()> {
        let task = asyncio::create_task(asyncio::sleep(10));
        let first = asyncio::create_task(wait(task.clone()));
        let second = asyncio::create_task(wait(task.clone()));
        asyncio::sleep(1).await?;
        task.cancel_with("once");
        outcome("first", first).await?;
        outcome("second", second).await
    }

    run(main());
}

fn a_cancellation_without_a_message_has_none() {
    async fn main() -> Result<()> {
        let task = asyncio::create_task(asyncio::sleep(10));
        asyncio::sleep(1).await?;
        task.cancel();
        outcome("task", task).await
    }

    run(main());
}

// The main task.

fn a_cancelled_main_task_raises_from_run() {
    async fn main() -> Result<()> {
        let task = current_task();
        asyncio::get_running_loop().call_later(1, move || task.cancel_with("enough"));
        watch("sleep", asyncio::sleep(10)).await
    }

    run(main());
}

fn cancel_from_a_done_callback_of_the_awaited_future() {
    async fn main() -> Result<()> {
        let future: Future<&str> = create_future();
        let task = asyncio::create_task(wait(future.clone()));
        let waiter = task.clone();
        future.add_done_callback(move |_| show("cancel", waiter.cancel_with("from the callback")));
        asyncio::sleep(0).await?;
        future.set_result("lost")?;
        outcome("task", task).await
    }

    run(main());
}

fn cancel_between_the_wake_up_and_the_end_of_a_task() {
    async fn main() -> Result<()> {
        let future: Future<&str> = create_future();
        let task = asyncio::create_task(wait(future.clone()));
        asyncio::sleep(0).await?;
        // The waiter runs before this callback: too late.
        let waiter = task.clone();
        future.add_done_callback(move |_| show("cancel", waiter.cancel_with("too late")));
        future.set_result("kept")?;
        outcome("task", task).await
    }

    run(main());
}
