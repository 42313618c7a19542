//! `wait_for`: in place, with a deadline, and who wins when both come at once.

use asyncio::{CancelledError, Future, Result, Task, TimeoutError, ValueError};

use crate::trace::{collect, iteration, outcome, run, show, state, trace, watch};

crate::scenarios! { wait_for:
    a_value_in_time,
    the_timer_is_cancelled_when_the_value_comes_in_time,
    it_awaits_in_place,
    what_is_done_needs_no_iteration,
    a_timeout_cancels_what_it_waits_for,
    a_timeout_cancels_the_task_it_waits_for,
    a_timeout_cancels_the_future_it_waits_for,
    a_timeout_waits_for_the_cleanup,
    a_value_returned_in_spite_of_the_timeout_wins,
    an_exception_raised_because_of_the_timeout_wins,
    nested_timeouts,
    both_timeouts_at_the_same_time,
    a_message_of_ones_own_does_not_hide_the_timeout,
    a_timeout_of_ones_own_is_an_ordinary_failure,
    a_cancellation_counted_before_does_not_hide_the_timeout,
    a_cancellation_while_the_timed_out_cleans_up,
    zero_seconds_for_a_coroutine_never_start_it,
    zero_seconds_for_a_pending_future_cancel_it,
    zero_seconds_for_a_task_that_runs,
    zero_seconds_for_a_task_that_swallows_the_cancellation,
    zero_seconds_for_a_task_that_fails_when_cancelled,
    only_zero_seconds_make_a_task,
    cancelling_the_waiter_cancels_what_it_waits_for,
    cancelling_the_waiter_of_a_task_cancels_the_task,
    cancelling_the_waiter_while_it_waits_at_most_zero_seconds,
    the_timeout_and_the_value_at_the_same_time,
    the_timeout_and_the_cancellation_at_the_same_time,
    the_value_and_the_cancellation_at_the_same_time,
    a_task_that_ends_when_the_timeout_is_due,
}

async fn value(result: i32, delay: i32) -> Result<i32> {
    asyncio::sleep(delay).await?;
    Ok(result)
}

async fn failing(delay: i32) -> Result<()> {
    asyncio::sleep(delay).await?;
    Err(ValueError("failed"))
}

fn create_future<T: 'static>() -> Future<T> {
    asyncio::get_running_loop().create_future()
}

/// The current task's count of requests to cancel it.
fn cancelling() -> u32 {
    asyncio::current_task().expect("a task runs this").cancelling()
}

// In time.

fn a_value_in_time() {
    async fn main() -> Result<()> {
        outcome("coroutine", asyncio::wait_for(value(1, 1), 2)).await?;
        outcome("no timeout", asyncio::wait_for(value(2, 1), None)).await?;
        outcome("task", asyncio::wait_for(asyncio::create_task(value(3, 1)), 2)).await?;
        outcome("failure", asyncio::wait_for(failing(1), 2)).await
    }

    run(main());
}

fn the_timer_is_cancelled_when_the_value_comes_in_time() {
    async fn main() -> Result<()> {
        outcome("wait_for", asyncio::wait_for(value(1, 1), 5)).await?;
        // Were the timer left, the loop would wake at 5.
        asyncio::sleep(10).await?;
        trace!("end");
        Ok(())
    }

    run(main());
}

fn it_awaits_in_place() {
    async fn child() -> Result<()> {
        let task = asyncio::current_task().expect("a task runs this");
        show("current task", task.get_name());
        show("tasks", asyncio::all_tasks().len());
        Ok(())
    }

    async fn main() -> Result<()> {
        asyncio::wait_for(child(), 1).await?;
        asyncio::wait_for(child(), None).await
    }

    run(main());
}

fn what_is_done_needs_no_iteration() {
    async fn main() -> Result<()> {
        let future = create_future();
        future.set_result(1)?;
        let before = iteration();
        outcome("1", asyncio::wait_for(&future, 1)).await?;
        outcome("0", asyncio::wait_for(&future, 0)).await?;
        outcome("-1", asyncio::wait_for(&future, -1)).await?;
        let failed: Future<()> = create_future();
        failed.set_exception(ValueError("failed"))?;
        outcome("failed", asyncio::wait_for(failed, 0)).await?;
        let cancelled: Future<()> = create_future();
        cancelled.cancel_with("why");
        outcome("cancelled", asyncio::wait_for(cancelled, 0)).await?;
        show("iterations", iteration() - before);
        Ok(())
    }

    run(main());
}

// Too late.

fn a_timeout_cancels_what_it_waits_for() {
    async fn child() -> Result<()> {
        watch("sleep", asyncio::sleep(10)).await
    }

    async fn main() -> Result<()> {
        outcome("wait_for", asyncio::wait_for(child(), 1)).await?;
        show("cancelling", cancelling());
        Ok(())
    }

    run(main());
}

fn a_timeout_cancels_the_task_it_waits_for() {
    async fn main() -> Result<()> {
        let task = asyncio::create_task(watch("sleep", asyncio::sleep(10)));
        outcome("wait_for", asyncio::wait_for(&task, 1)).await?;
        state("task", &task);
        Ok(())
    }

    run(main());
}

fn a_timeout_cancels_the_future_it_waits_for() {
    async fn main() -> Result<()> {
        let future: Future<()> = create_future();
        outcome("wait_for", asyncio::wait_for(&future, 1)).await?;
        state("future", &future);
        Ok(())
    }

    run(main());
}

fn a_timeout_waits_for_the_cleanup() {
    async fn child() -> Result<()> {
        let result = asyncio::sleep(10).await;
        asyncio::sleep(5).await?;
        trace!("clean");
        result
    }

    async fn main() -> Result<()> {
        outcome("wait_for", asyncio::wait_for(child(), 1)).await
    }

    run(main());
}

fn a_value_returned_in_spite_of_the_timeout_wins() {
    async fn main() -> Result<()> {
        outcome("coroutine", asyncio::wait_for(stubborn(), 1)).await?;
        outcome("task", asyncio::wait_for(asyncio::create_task(stubborn()), 1)).await?;
        show("cancelling", cancelling());
        Ok(())
    }

    run(main());
}

async fn stubborn() -> Result<&'static str> {
    outcome("sleep", asyncio::sleep(10)).await?;
    Ok("anyway")
}

fn an_exception_raised_because_of_the_timeout_wins() {
    async fn main() -> Result<()> {
        outcome("wait_for", asyncio::wait_for(failing_when_cancelled(), 1)).await?;
        show("cancelling", cancelling());
        Ok(())
    }

    run(main());
}

async fn failing_when_cancelled() -> Result<()> {
    outcome("sleep", asyncio::sleep(10)).await?;
    Err(ValueError("instead"))
}

fn nested_timeouts() {
    async fn inner() -> Result<()> {
        watch("inner", asyncio::wait_for(watch("sleep", asyncio::sleep(10)), 2)).await
    }

    async fn main() -> Result<()> {
        outcome("inner first", asyncio::wait_for(inner(), 5)).await?;
        outcome("outer first", asyncio::wait_for(inner(), 1)).await
    }

    run(main());
}

fn both_timeouts_at_the_same_time() {
    async fn inner() -> Result<()> {
        watch("inner", asyncio::wait_for(asyncio::sleep(10), 1)).await
    }

    async fn main() -> Result<()> {
        outcome("outer", asyncio::wait_for(inner(), 1)).await?;
        show("cancelling", cancelling());
        Ok(())
    }

    run(main());
}

fn a_message_of_ones_own_does_not_hide_the_timeout() {
    async fn child() -> Result<()> {
        outcome("sleep", asyncio::sleep(10)).await?;
        Err(CancelledError::with("my own"))
    }

    async fn main() -> Result<()> {
        outcome("wait_for", asyncio::wait_for(child(), 1)).await
    }

    run(main());
}

fn a_timeout_of_ones_own_is_an_ordinary_failure() {
    async fn child() -> Result<()> {
        Err(TimeoutError("my own"))
    }

    async fn main() -> Result<()> {
        outcome("in time", asyncio::wait_for(child(), 1)).await?;
        outcome("no timeout", asyncio::wait_for(child(), None)).await
    }

    run(main());
}

fn a_cancellation_counted_before_does_not_hide_the_timeout() {
    async fn child() -> Result<()> {
        outcome("sleep", asyncio::sleep(10)).await?;
        outcome("wait_for", asyncio::wait_for(asyncio::sleep(10), 1)).await?;
        show("cancelling", cancelling());
        Ok(())
    }

    async fn main() -> Result<()> {
        let task = asyncio::create_task(child());
        asyncio::sleep(1).await?;
        task.cancel_with("swallowed");
        outcome("task", &task).await?;
        state("task", &task);
        Ok(())
    }

    run(main());
}

fn a_cancellation_while_the_timed_out_cleans_up() {
    async fn child() -> Result<()> {
        outcome("sleep", asyncio::sleep(10)).await?;
        watch("cleanup", asyncio::sleep(5)).await
    }

    async fn waiter() -> Result<()> {
        watch("wait_for", asyncio::wait_for(child(), 1)).await
    }

    async fn main() -> Result<()> {
        let task = asyncio::create_task(waiter());
        asyncio::sleep(3).await?;
        show("cancelling", task.cancelling());
        task.cancel_with("from outside");
        outcome("task", &task).await?;
        state("task", &task);
        Ok(())
    }

    run(main());
}

// A timeout of zero.

fn zero_seconds_for_a_coroutine_never_start_it() {
    async fn child() -> Result<()> {
        trace!("started");
        Ok(())
    }

    async fn main() -> Result<()> {
        outcome("zero", asyncio::wait_for(child(), 0)).await?;
        outcome("negative", asyncio::wait_for(child(), -1)).await
    }

    run(main());
}

fn zero_seconds_for_a_pending_future_cancel_it() {
    async fn main() -> Result<()> {
        let future: Future<()> = create_future();
        outcome("wait_for", asyncio::wait_for(&future, 0)).await?;
        state("future", &future);
        Ok(())
    }

    run(main());
}

fn zero_seconds_for_a_task_that_runs() {
    async fn main() -> Result<()> {
        let task = asyncio::create_task(watch("sleep", asyncio::sleep(10)));
        asyncio::sleep(0).await?;
        outcome("wait_for", asyncio::wait_for(&task, 0)).await?;
        state("task", &task);
        Ok(())
    }

    run(main());
}

fn zero_seconds_for_a_task_that_swallows_the_cancellation() {
    async fn main() -> Result<()> {
        let task = asyncio::create_task(stubborn());
        asyncio::sleep(0).await?;
        outcome("wait_for", asyncio::wait_for(&task, 0)).await?;
        state("task", &task);
        Ok(())
    }

    run(main());
}

fn zero_seconds_for_a_task_that_fails_when_cancelled() {
    async fn main() -> Result<()> {
        let task = asyncio::create_task(failing_when_cancelled());
        asyncio::sleep(0).await?;
        outcome("wait_for", asyncio::wait_for(task, 0)).await
    }

    run(main());
}

fn only_zero_seconds_make_a_task() {
    async fn child() -> Result<()> {
        show("child", asyncio::current_task().expect("a task runs this").get_name());
        Ok(())
    }

    async fn main() -> Result<()> {
        asyncio::wait_for(child(), 1).await?;
        asyncio::create_task(child()).await?;
        outcome("zero", asyncio::wait_for(child(), 0)).await?;
        asyncio::create_task(child()).await
    }

    run(main());
}

// Cancelled from outside.

fn cancelling_the_waiter_cancels_what_it_waits_for() {
    async fn waiter() -> Result<()> {
        watch("wait_for", asyncio::wait_for(watch("sleep", asyncio::sleep(10)), 5)).await
    }

    async fn main() -> Result<()> {
        let task = asyncio::create_task(waiter());
        asyncio::sleep(1).await?;
        task.cancel_with("from outside");
        outcome("task", &task).await?;
        state("task", &task);
        Ok(())
    }

    run(main());
}

fn cancelling_the_waiter_of_a_task_cancels_the_task() {
    async fn waiter(task: Task<()>) -> Result<()> {
        watch("wait_for", asyncio::wait_for(task, 5)).await
    }

    async fn main() -> Result<()> {
        let inner = asyncio::create_task(watch("sleep", asyncio::sleep(10)));
        let task = asyncio::create_task(waiter(inner.clone()));
        asyncio::sleep(1).await?;
        task.cancel_with("from outside");
        outcome("task", task).await?;
        state("inner", &inner);
        Ok(())
    }

    run(main());
}

fn cancelling_the_waiter_while_it_waits_at_most_zero_seconds() {
    async fn child() -> Result<&'static str> {
        outcome("sleep", asyncio::sleep(10)).await?;
        asyncio::sleep(5).await?;
        Ok("anyway")
    }

    async fn waiter(task: Task<&'static str>) -> Result<&'static str> {
        watch("wait_for", asyncio::wait_for(&task, 0)).await
    }

    async fn main() -> Result<()> {
        let inner = asyncio::create_task(child());
        asyncio::sleep(0).await?;
        let task = asyncio::create_task(waiter(inner.clone()));
        asyncio::sleep(1).await?;
        task.cancel_with("from outside");
        outcome("task", task).await?;
        state("inner", &inner);
        outcome("inner", inner).await
    }

    run(main());
}

// At the same time.

fn the_timeout_and_the_value_at_the_same_time() {
    async fn main() -> Result<()> {
        outcome("value first", asyncio::wait_for(asyncio::sleep_with(1, "value"), 1)).await?;
        let future: Future<&str> = create_future();
        let setter = future.clone();
        asyncio::get_running_loop().call_later(1, move || setter.set_result("value"));
        outcome("set before", asyncio::wait_for(future, 1)).await?;
        show("cancelling", cancelling());
        Ok(())
    }

    run(main());
}

fn the_timeout_and_the_cancellation_at_the_same_time() {
    async fn waiter() -> Result<()> {
        watch("wait_for", asyncio::wait_for(asyncio::sleep(10), 1)).await
    }

    async fn main() -> Result<()> {
        let task = asyncio::create_task(waiter());
        let waiting = task.clone();
        asyncio::get_running_loop()
            .call_later(1, move || show("cancel", waiting.cancel_with("from outside")));
        outcome("task", &task).await?;
        state("task", &task);
        Ok(())
    }

    run(main());
}

fn the_value_and_the_cancellation_at_the_same_time() {
    async fn waiter(future: Future<&'static str>) -> Result<&'static str> {
        watch("wait_for", asyncio::wait_for(future, 5)).await
    }

    async fn main() -> Result<()> {
        let future = create_future();
        let task = asyncio::create_task(waiter(future.clone()));
        asyncio::sleep(1).await?;
        future.set_result("value")?;
        task.cancel_with("from outside");
        outcome("task", task).await?;
        state("future", &future);
        Ok(())
    }

    run(main());
}

fn a_task_that_ends_when_the_timeout_is_due() {
    async fn child() -> Result<&'static str> {
        asyncio::sleep(1).await?;
        trace!("child ends");
        Ok("value")
    }

    async fn main() -> Result<()> {
        let task = asyncio::create_task(child());
        outcome("wait_for", asyncio::wait_for(&task, 1)).await?;
        state("task", &task);
        drop(task);
        collect();
        Ok(())
    }

    run(main());
}
