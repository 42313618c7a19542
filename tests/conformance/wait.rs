//! `wait`: when it returns, in which order, and what it leaves alone.

use std::fmt::Display;

use asyncio::{
    ALL_COMPLETED, CancelledError, FIRST_COMPLETED, FIRST_EXCEPTION, Future, Result, Task,
    ValueError, WaitOptions, Waitable,
};

use crate::repr::Repr;
use crate::trace::{collect, iteration, outcome, run, show, state, trace, watch};

crate::scenarios! { wait:
    all_come_in_the_order_of_the_arguments,
    failed_and_cancelled_ones_are_done,
    what_is_given_twice_counts_once,
    an_iterator_is_taken_as_well,
    nothing_to_wait_for_is_refused,
    what_is_done_already_takes_two_iterations,
    a_wait_may_wait_for_one_that_waits,
    the_first_to_complete,
    a_failed_or_cancelled_one_completes,
    two_that_complete_together_are_both_done,
    one_that_completes_before_the_wait_returns_is_done,
    the_first_to_fail,
    without_a_failure_all_are_waited_for,
    a_cancelled_one_has_not_failed,
    a_cancelled_error_set_as_an_exception_is_a_failure,
    a_failure_that_ended_the_wait_is_retrieved,
    a_failure_that_merely_completed_is_not_retrieved,
    a_timeout_cancels_nothing,
    the_timer_is_cancelled_when_all_are_done,
    a_timeout_of_zero_or_less,
    a_timeout_for_the_first_of_all,
    the_timeout_and_the_value_at_the_same_time,
    a_task_that_ends_when_the_timeout_is_due,
    cancelling_the_waiter_cancels_nothing,
    cancelling_the_waiter_stops_its_timer,
    cancelling_the_waiter_when_the_last_is_done,
    cancelling_one_that_is_waited_for,
    a_wait_inside_of_a_timeout,
    several_wait_for_the_same,
    a_waiter_that_is_done_takes_its_callbacks_back,
}

/// Waits for all of them, for ever.
fn all() -> WaitOptions {
    WaitOptions::new()
}

async fn value<T: Display>(result: T, delay: i32) -> Result<T> {
    asyncio::sleep(delay).await?;
    trace!("{result} is ready");
    Ok(result)
}

async fn failure(text: &str, delay: i32) -> Result<i32> {
    asyncio::sleep(delay).await?;
    trace!("{text} fails");
    Err(ValueError(text))
}

fn create_future<T: 'static>() -> Future<T> {
    asyncio::get_running_loop().create_future()
}

/// Waits and writes the places of the futures that are done and that are not.
async fn wait<H>(label: &str, futures: &[H], options: WaitOptions) -> Result<()>
where
    H: Waitable<Handle = H> + Clone + PartialEq,
{
    let waited = asyncio::wait_with(futures.iter().cloned(), options).await;
    let (done, pending) = waited.inspect_err(|error| trace!("{label} raised {error:?}"))?;
    let place = |one: &H| futures.iter().position(|future| future == one).expect("one of them");
    let places = |some: Vec<H>| some.iter().map(place).collect::<Vec<_>>().repr();
    trace!("{label}: done {}, pending {}", places(done), places(pending));
    Ok(())
}

// All of them.

fn all_come_in_the_order_of_the_arguments() {
    async fn main() -> Result<()> {
        let tasks = [value(1, 3), value(2, 1), value(3, 2)].map(asyncio::create_task);
        wait("wait", &tasks, all()).await
    }

    run(main());
}

fn failed_and_cancelled_ones_are_done() {
    async fn main() -> Result<()> {
        let tasks = [
            asyncio::create_task(failure("a", 1)),
            asyncio::create_task(value(2, 10)),
            asyncio::create_task(value(3, 3)),
        ];
        let second = tasks[1].clone();
        asyncio::get_running_loop().call_later(2, move || second.cancel());
        wait("wait", &tasks, all()).await?;
        for task in tasks {
            outcome("task", task).await?;
        }
        Ok(())
    }

    run(main());
}

fn what_is_given_twice_counts_once() {
    async fn main() -> Result<()> {
        let future: Future<i32> = create_future();
        let task = asyncio::create_task(value(1, 1));
        let setter = future.clone();
        asyncio::get_running_loop().call_later(2, move || setter.set_result(2));
        wait("tasks", &[task.clone(), task], all()).await?;
        wait("futures", &[future.clone(), future.clone(), future], all()).await
    }

    run(main());
}

fn an_iterator_is_taken_as_well() {
    async fn main() -> Result<()> {
        let tasks = [value(1, 1), value(2, 2)].map(asyncio::create_task);
        let (done, pending) = asyncio::wait(tasks.iter().filter(|task| !task.done())).await?;
        show("done", done.len());
        show("pending", pending.len());
        Ok(())
    }

    run(main());
}

fn nothing_to_wait_for_is_refused() {
    async fn main() -> Result<()> {
        let before = iteration();
        let none: [Task<()>; 0] = [];
        outcome("wait", asyncio::wait(&none)).await?;
        let options = WaitOptions::new().return_when(FIRST_COMPLETED).timeout(1);
        outcome("first", asyncio::wait_with(&none, options)).await?;
        show("iterations", iteration() - before);
        Ok(())
    }

    run(main());
}

fn what_is_done_already_takes_two_iterations() {
    async fn main() -> Result<()> {
        let (done, failed, cancelled) = (create_future(), create_future(), create_future());
        done.set_result(1)?;
        failed.set_exception(ValueError("failed"))?;
        cancelled.cancel();
        let futures = [done.clone(), failed.clone(), cancelled];
        for when in [ALL_COMPLETED, FIRST_EXCEPTION, FIRST_COMPLETED] {
            let before = iteration();
            wait("wait", &futures, all().return_when(when)).await?;
            show("iterations", iteration() - before);
        }
        wait("with a timeout", &[done], all().timeout(0)).await?;
        outcome("failed", failed).await
    }

    run(main());
}

fn a_wait_may_wait_for_one_that_waits() {
    async fn waiter(tasks: [Task<i32>; 2]) -> Result<&'static str> {
        wait("inner", &tasks, all()).await?;
        Ok("waited")
    }

    async fn main() -> Result<()> {
        let tasks = [value(1, 1), value(2, 2)].map(asyncio::create_task);
        let waiter = asyncio::create_task(waiter(tasks.clone()));
        wait("outer", &[waiter.any(), tasks[0].any()], all()).await
    }

    run(main());
}

// The first.

fn the_first_to_complete() {
    async fn main() -> Result<()> {
        let tasks = [value(1, 3), value(2, 1), value(3, 2)].map(asyncio::create_task);
        wait("first", &tasks, all().return_when(FIRST_COMPLETED)).await?;
        wait("again", &tasks, all().return_when(FIRST_COMPLETED)).await?;
        let rest = [tasks[0].clone(), tasks[2].clone()];
        wait("rest", &rest, all().return_when(FIRST_COMPLETED)).await?;
        wait("all", &tasks, all()).await
    }

    run(main());
}

fn a_failed_or_cancelled_one_completes() {
    async fn main() -> Result<()> {
        let tasks = [asyncio::create_task(failure("a", 1)), asyncio::create_task(value(2, 10))];
        wait("failed", &tasks, all().return_when(FIRST_COMPLETED)).await?;
        outcome("a", &tasks[0]).await?;
        let tasks = [value(3, 10), value(4, 11)].map(asyncio::create_task);
        let first = tasks[0].clone();
        asyncio::get_running_loop().call_later(1, move || first.cancel());
        wait("cancelled", &tasks, all().return_when(FIRST_COMPLETED)).await
    }

    run(main());
}

fn two_that_complete_together_are_both_done() {
    async fn main() -> Result<()> {
        let tasks = [value(1, 1), value(2, 1), value(3, 2)].map(asyncio::create_task);
        wait("wait", &tasks, all().return_when(FIRST_COMPLETED)).await
    }

    run(main());
}

fn one_that_completes_before_the_wait_returns_is_done() {
    async fn main() -> Result<()> {
        let futures: [Future<i32>; 3] = [create_future(), create_future(), create_future()];
        let [first, second, third] = futures.clone();
        // The wait learns of the first in the next iteration, and returns in the one after.
        let setter = second.clone();
        first.add_done_callback(move |_| setter.set_result(2));
        second.add_done_callback(move |_| third.set_result(3));
        asyncio::get_running_loop().call_soon(move || first.set_result(1));
        wait("wait", &futures, all().return_when(FIRST_COMPLETED)).await
    }

    run(main());
}

fn the_first_to_fail() {
    async fn main() -> Result<()> {
        let tasks = [
            asyncio::create_task(value(1, 1)),
            asyncio::create_task(failure("a", 2)),
            asyncio::create_task(failure("b", 3)),
            asyncio::create_task(value(4, 1)),
        ];
        wait("first", &tasks, all().return_when(FIRST_EXCEPTION)).await?;
        wait("again", &tasks, all().return_when(FIRST_EXCEPTION)).await?;
        wait("all", &tasks, all()).await
    }

    run(main());
}

fn without_a_failure_all_are_waited_for() {
    async fn main() -> Result<()> {
        let tasks = [value(1, 2), value(2, 1), value(3, 3)].map(asyncio::create_task);
        wait("wait", &tasks, all().return_when(FIRST_EXCEPTION)).await
    }

    run(main());
}

fn a_cancelled_one_has_not_failed() {
    async fn main() -> Result<()> {
        let loop_ = asyncio::get_running_loop();
        let tasks = [
            asyncio::create_task(value(1, 10)),
            asyncio::create_task(failure("a", 2)),
            asyncio::create_task(value(3, 3)),
        ];
        let first = tasks[0].clone();
        loop_.call_later(1, move || first.cancel());
        wait("one cancelled", &tasks, all().return_when(FIRST_EXCEPTION)).await?;
        outcome("a", &tasks[1]).await?;
        let tasks = [value(4, 10), value(5, 11)].map(asyncio::create_task);
        let [first, second] = tasks.clone();
        loop_.call_later(1, move || first.cancel());
        loop_.call_later(2, move || second.cancel());
        wait("all cancelled", &tasks, all().return_when(FIRST_EXCEPTION)).await
    }

    run(main());
}

fn a_cancelled_error_set_as_an_exception_is_a_failure() {
    async fn main() -> Result<()> {
        let futures: [Future<()>; 2] = [create_future(), create_future()];
        let error = CancelledError::with("set");
        let setter = futures[0].clone();
        asyncio::get_running_loop().call_soon(move || setter.set_exception(error));
        wait("wait", &futures, all().return_when(FIRST_EXCEPTION)).await?;
        state("future", &futures[0]);
        Ok(())
    }

    run(main());
}

// Who has seen a failure.

fn a_failure_that_ended_the_wait_is_retrieved() {
    async fn main() -> Result<()> {
        let tasks = [asyncio::create_task(failure("seen", 1)), asyncio::create_task(value(2, 5))];
        wait("wait", &tasks, all().return_when(FIRST_EXCEPTION)).await?;
        drop(tasks);
        collect();
        trace!("end");
        Ok(())
    }

    run(main());
}

fn a_failure_that_merely_completed_is_not_retrieved() {
    async fn main() -> Result<()> {
        let tasks = [asyncio::create_task(failure("unseen", 1)), asyncio::create_task(value(2, 2))];
        wait("wait", &tasks, all()).await?;
        drop(tasks);
        collect();
        trace!("end");
        Ok(())
    }

    run(main());
}

// Timeouts.

fn a_timeout_cancels_nothing() {
    async fn main() -> Result<()> {
        let tasks = [value(1, 3), value(2, 1), value(3, 5)].map(asyncio::create_task);
        wait("wait", &tasks, all().timeout(2)).await?;
        for task in &tasks {
            state("task", task);
        }
        wait("rest", &tasks, all().timeout(10)).await
    }

    run(main());
}

fn the_timer_is_cancelled_when_all_are_done() {
    async fn main() -> Result<()> {
        wait("wait", &[asyncio::create_task(value(1, 1))], all().timeout(5)).await?;
        // Were the timer left, the loop would wake at 5.
        asyncio::sleep(10).await?;
        trace!("end");
        Ok(())
    }

    run(main());
}

fn a_timeout_of_zero_or_less() {
    async fn main() -> Result<()> {
        for timeout in [0, -1] {
            let before = iteration();
            wait("pending", &[create_future::<()>()], all().timeout(timeout)).await?;
            show("iterations", iteration() - before);
            let before = iteration();
            wait("tasks", &[asyncio::create_task(value(1, 0))], all().timeout(timeout)).await?;
            show("iterations", iteration() - before);
        }
        Ok(())
    }

    run(main());
}

fn a_timeout_for_the_first_of_all() {
    async fn main() -> Result<()> {
        let tasks = [asyncio::create_task(value(1, 3)), asyncio::create_task(failure("a", 4))];
        let (first, failed) =
            (all().return_when(FIRST_COMPLETED), all().return_when(FIRST_EXCEPTION));
        wait("nothing", &tasks, first.timeout(1)).await?;
        wait("first", &tasks, first.timeout(5)).await?;
        wait("no failure", &tasks, failed.timeout(0.5)).await?;
        wait("failure", &tasks, failed.timeout(5)).await
    }

    run(main());
}

fn the_timeout_and_the_value_at_the_same_time() {
    async fn main() -> Result<()> {
        let loop_ = asyncio::get_running_loop();
        let (before, after) = (create_future(), create_future());
        let setter = before.clone();
        loop_.call_later(1, move || setter.set_result("before"));
        let futures = [before, after.clone()];
        let waiting =
            asyncio::create_task(async move { wait("wait", &futures, all().timeout(1)).await });
        asyncio::sleep(0).await?;
        loop_.call_later(1, move || after.set_result("after"));
        waiting.await
    }

    run(main());
}

fn a_task_that_ends_when_the_timeout_is_due() {
    async fn main() -> Result<()> {
        // The first has its timer already, the second gets it after that of the wait.
        let first = asyncio::create_task(value(1, 1));
        asyncio::sleep(0).await?;
        let tasks = [first, asyncio::create_task(value(2, 1))];
        wait("wait", &tasks, all().timeout(1)).await?;
        wait("rest", &tasks, all()).await
    }

    run(main());
}

// Cancellation.

fn cancelling_the_waiter_cancels_nothing() {
    async fn main() -> Result<()> {
        let tasks = [value(1, 1), value(2, 3)].map(asyncio::create_task);
        let waited = tasks.clone();
        let waiting = asyncio::create_task(async move { wait("wait", &waited, all()).await });
        asyncio::sleep(2).await?;
        show("cancel", waiting.cancel_with("why"));
        outcome("waiting", waiting).await?;
        for task in &tasks {
            state("task", task);
        }
        wait("again", &tasks, all()).await
    }

    run(main());
}

fn cancelling_the_waiter_stops_its_timer() {
    async fn main() -> Result<()> {
        let future: Future<()> = create_future();
        let waiting =
            asyncio::create_task(async move { wait("wait", &[future], all().timeout(5)).await });
        asyncio::sleep(1).await?;
        waiting.cancel();
        outcome("waiting", waiting).await?;
        asyncio::sleep(10).await?;
        trace!("end");
        Ok(())
    }

    run(main());
}

fn cancelling_the_waiter_when_the_last_is_done() {
    async fn waiter(future: Future<i32>) -> Result<()> {
        wait("wait", &[future], all()).await
    }

    async fn main() -> Result<()> {
        let future = create_future();
        let waiting = asyncio::create_task(waiter(future.clone()));
        asyncio::sleep(0).await?;
        future.set_result(1)?;
        // The wait is not told yet.
        show("cancel", waiting.cancel_with("early"));
        outcome("waiting", waiting).await?;

        let future = create_future();
        let waiting = asyncio::create_task(waiter(future.clone()));
        asyncio::sleep(0).await?;
        future.set_result(2)?;
        let cancelled = waiting.clone();
        future.add_done_callback(move |_| show("cancel", cancelled.cancel_with("late")));
        outcome("waiting", waiting).await
    }

    run(main());
}

fn cancelling_one_that_is_waited_for() {
    async fn main() -> Result<()> {
        let tasks = [value(1, 10), value(2, 10)].map(asyncio::create_task);
        let waited = tasks.clone();
        let waiting = asyncio::create_task(async move { wait("wait", &waited, all()).await });
        asyncio::sleep(1).await?;
        tasks[0].cancel_with("one");
        asyncio::sleep(1).await?;
        tasks[1].cancel_with("two");
        outcome("waiting", waiting).await?;
        for task in tasks {
            outcome("task", task).await?;
        }
        Ok(())
    }

    run(main());
}

fn a_wait_inside_of_a_timeout() {
    async fn main() -> Result<()> {
        let tasks = [value(1, 1), value(2, 3)].map(asyncio::create_task);
        outcome("wait_for", asyncio::wait_for(wait("wait", &tasks, all()), 2)).await?;
        wait("again", &tasks, all()).await
    }

    run(main());
}

// Order, and what is left behind.

fn several_wait_for_the_same() {
    async fn waiter(
        label: &'static str,
        tasks: Vec<Task<i32>>,
        options: WaitOptions,
    ) -> Result<()> {
        wait(label, &tasks, options).await
    }

    async fn main() -> Result<()> {
        let tasks = [value(1, 1), value(2, 2)].map(asyncio::create_task).to_vec();
        let options = all().return_when(FIRST_COMPLETED);
        let first = asyncio::create_task(waiter("first", tasks.clone(), options));
        let shared = tasks[0].clone();
        let direct = asyncio::create_task(async move { watch("direct", &shared).await });
        let second = asyncio::create_task(waiter("second", tasks.clone(), all()));
        let third = asyncio::create_task(waiter("third", tasks[..1].to_vec(), all()));
        wait("all", &[first.any(), direct.any(), second.any(), third.any()], all()).await
    }

    run(main());
}

fn a_waiter_that_is_done_takes_its_callbacks_back() {
    async fn wait(futures: [Future<()>; 2], options: WaitOptions) -> Result<()> {
        super::wait::wait("wait", &futures, options).await
    }

    async fn main() -> Result<()> {
        let futures = [create_future(), create_future()];
        let waiting = asyncio::create_task(wait(futures.clone(), all().timeout(1)));
        asyncio::sleep(0).await?;
        show("waited for", &futures[0]);
        show("waiting", &waiting);
        waiting.await?;
        show("after the timeout", &futures[0]);
        let waiting = asyncio::create_task(wait(futures.clone(), all()));
        asyncio::sleep(0).await?;
        waiting.cancel();
        outcome("waiting", waiting).await?;
        show("after the cancellation", &futures[1]);
        Ok(())
    }

    run(main());
}
