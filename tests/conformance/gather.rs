//! `gather`: order, failures, cancellation in both directions.

use asyncio::{Future, Result, Task, TaskOptions, ValueError};

use crate::trace::{collect, new_event_loop, outcome, run, show, state, trace, watch};

crate::scenarios! { gather:
    results_come_in_the_order_of_the_arguments,
    coroutines_start_in_the_order_of_the_arguments,
    equal_arguments_share_one_result,
    one_that_is_given_twice_is_waited_for_once,
    an_empty_gather_is_done_at_once,
    children_that_are_done_already_take_no_iteration,
    nested_gathers,
    reprs_of_gathers,
    children_are_numbered_as_tasks,
    futures_of_different_loops_are_refused,
    the_first_failure_is_raised_at_once_and_the_others_go_on,
    later_failures_are_retrieved_silently,
    a_failed_gather_that_nobody_awaits_is_logged,
    failures_are_results_with_return_exceptions,
    a_failed_child_among_done_ones,
    a_cancelled_child_fails_the_gather_without_cancelling_it,
    a_cancelled_child_is_a_result_with_return_exceptions,
    a_child_cancelled_before_it_started,
    cancelling_a_gather_cancels_every_child_and_waits_for_them,
    cancelling_a_gather_raises_even_with_return_exceptions,
    the_error_of_a_cancelled_gather_is_that_of_its_last_child,
    the_error_of_a_cancelled_gather_whose_last_child_failed,
    children_that_swallow_the_cancellation_of_a_gather,
    a_child_that_fails_when_its_gather_is_cancelled,
    cancelling_the_task_that_awaits_a_gather_cancels_the_children,
    cancelling_a_done_gather_is_refused,
    cancelling_a_gather_twice,
    cancelling_a_gather_of_which_all_children_are_done_but_not_seen,
    a_cancelled_gather_that_had_failed_before,
}

async fn value(result: i32, delay: i32) -> Result<i32> {
    asyncio::sleep(delay).await?;
    trace!("{result} is ready");
    Ok(result)
}

async fn failure(text: &str, delay: i32) -> Result<i32> {
    asyncio::sleep(delay).await?;
    trace!("{text} fails");
    Err(ValueError(text))
}

fn ignore(_: &Future<(i32,)>) {}

fn create_future() -> Future<i32> {
    asyncio::get_running_loop().create_future()
}

// Results.

fn results_come_in_the_order_of_the_arguments() {
    async fn main() -> Result<()> {
        outcome("gather", asyncio::gather((value(1, 3), value(2, 1), value(3, 2)))).await
    }

    run(main());
}

fn coroutines_start_in_the_order_of_the_arguments() {
    async fn child(n: i32) -> Result<i32> {
        trace!("child {n}");
        Ok(n)
    }

    async fn main() -> Result<()> {
        let gathered = asyncio::gather((child(1), child(2), child(3)));
        trace!("nothing ran yet");
        outcome("gather", gathered).await
    }

    run(main());
}

fn equal_arguments_share_one_result() {
    async fn main() -> Result<()> {
        let task = asyncio::create_task(value(1, 0));
        let future = create_future();
        future.set_result(2)?;
        outcome("gather", asyncio::gather((&task, &future, &task, &future))).await
    }

    run(main());
}

fn one_that_is_given_twice_is_waited_for_once() {
    async fn main() -> Result<()> {
        let loop_ = asyncio::get_running_loop();
        for is_eager in [false, true] {
            if is_eager {
                loop_.set_task_factory(asyncio::eager_task_factory);
            }
            let [pending, done, failed] = [create_future(), create_future(), create_future()];
            done.set_result(1)?;
            failed.set_exception(ValueError("failed"))?;
            let children = [&pending, &done, &failed, &pending, &done, &failed, &pending];
            let gathered = asyncio::gather_all_return_exceptions(children);
            show("pending", &pending);
            state("gather", &gathered);
            pending.set_result(2)?;
            outcome("gather", gathered).await?;
            outcome("gather", asyncio::gather((&pending, &failed, &pending, &failed))).await?;
        }
        Ok(())
    }

    run(main());
}

fn an_empty_gather_is_done_at_once() {
    async fn main() -> Result<()> {
        let gathered = asyncio::gather_all(Vec::<Task<i32>>::new());
        state("gather", &gathered);
        outcome("gather", gathered).await
    }

    run(main());
}

fn children_that_are_done_already_take_no_iteration() {
    async fn main() -> Result<()> {
        let (first, second) = (create_future(), create_future());
        first.set_result(1)?;
        second.set_result(2)?;
        let gathered = asyncio::gather((first, second));
        state("gather", &gathered);
        outcome("gather", gathered).await
    }

    run(main());
}

fn nested_gathers() {
    async fn main() -> Result<()> {
        let inner = asyncio::gather((value(1, 2), value(2, 1)));
        outcome("gather", asyncio::gather((inner, value(3, 3)))).await
    }

    run(main());
}

fn reprs_of_gathers() {
    async fn main() -> Result<()> {
        let gathered = asyncio::gather((value(1, 0), value(2, 0)));
        show("pending", &gathered);
        gathered.await?;
        let failing = asyncio::gather((failure("a", 0),));
        failing.add_done_callback(ignore);
        show("with a callback", &failing);
        outcome("gather", &failing).await?;
        show("failed", failing);
        Ok(())
    }

    run(main());
}

fn children_are_numbered_as_tasks() {
    async fn main() -> Result<()> {
        let named = asyncio::create_task_with(value(2, 0), TaskOptions::new().name("named"));
        let gathered = asyncio::gather((value(1, 0), named, value(3, 0)));
        let names = asyncio::all_tasks().iter().map(|task| task.get_name()).collect::<Vec<_>>();
        show("tasks", names);
        outcome("gather", gathered).await
    }

    run(main());
}

fn futures_of_different_loops_are_refused() {
    async fn mixing(foreign: Future<i32>) -> Result<()> {
        asyncio::gather((create_future(), foreign)).await.map(drop)
    }

    async fn main(foreign: Future<i32>) -> Result<()> {
        outcome("task", asyncio::create_task(mixing(foreign))).await
    }

    let other = new_event_loop();
    run(main(other.create_future()));
}

// Failures.

fn the_first_failure_is_raised_at_once_and_the_others_go_on() {
    async fn main() -> Result<()> {
        let slow = asyncio::create_task(value(1, 3));
        let gathered = asyncio::gather((slow.clone(), failure("early", 1), value(2, 2)));
        outcome("gather", gathered).await?;
        state("slow", &slow);
        outcome("slow", slow).await?;
        trace!("end");
        Ok(())
    }

    run(main());
}

fn later_failures_are_retrieved_silently() {
    async fn main() -> Result<()> {
        let gathered = asyncio::gather((failure("first", 1), failure("second", 2)));
        outcome("gather", gathered).await?;
        asyncio::sleep(5).await?;
        collect();
        trace!("end");
        Ok(())
    }

    run(main());
}

fn a_failed_gather_that_nobody_awaits_is_logged() {
    async fn main() -> Result<()> {
        let gathered = asyncio::gather((failure("first", 0), failure("second", 0)));
        asyncio::sleep(1).await?;
        state("gather", &gathered);
        drop(gathered);
        collect();
        trace!("end");
        Ok(())
    }

    run(main());
}

fn failures_are_results_with_return_exceptions() {
    async fn main() -> Result<()> {
        let gathered =
            asyncio::gather_return_exceptions((failure("a", 2), value(1, 1), failure("b", 3)));
        outcome("gather", gathered).await
    }

    run(main());
}

fn a_failed_child_among_done_ones() {
    async fn main() -> Result<()> {
        let (good, bad) = (create_future(), create_future());
        good.set_result(1)?;
        bad.set_exception(ValueError("bad"))?;
        outcome("gather", asyncio::gather((good, bad, value(2, 0)))).await?;
        asyncio::sleep(1).await
    }

    run(main());
}

// A cancelled child.

fn a_cancelled_child_fails_the_gather_without_cancelling_it() {
    async fn main() -> Result<()> {
        let child = asyncio::create_task(value(1, 10));
        let gathered = asyncio::gather((child.clone(), value(2, 5)));
        asyncio::sleep(1).await?;
        child.cancel_with("the child");
        asyncio::sleep(0).await?;
        asyncio::sleep(0).await?;
        state("gather", &gathered);
        outcome("gather", gathered).await?;
        asyncio::sleep(10).await
    }

    run(main());
}

fn a_cancelled_child_is_a_result_with_return_exceptions() {
    async fn main() -> Result<()> {
        let silent = asyncio::create_task(value(1, 10));
        let spoken = asyncio::create_task(value(2, 10));
        let children = (silent.clone(), spoken.clone(), value(3, 5));
        let gathered = asyncio::gather_return_exceptions(children);
        asyncio::sleep(1).await?;
        silent.cancel();
        spoken.cancel_with("the child");
        outcome("gather", &gathered).await?;
        state("gather", &gathered);
        Ok(())
    }

    run(main());
}

fn a_child_cancelled_before_it_started() {
    async fn main() -> Result<()> {
        let child = asyncio::create_task(value(1, 0));
        let gathered = asyncio::gather_return_exceptions((child.clone(),));
        child.cancel_with("early");
        outcome("gather", gathered).await
    }

    run(main());
}

// A cancelled gather.

fn cancelling_a_gather_cancels_every_child_and_waits_for_them() {
    async fn child(name: &str) -> Result<()> {
        let result = asyncio::sleep(10).await;
        trace!("{name} cleans up");
        asyncio::sleep(1).await?;
        trace!("{name} is clean");
        result
    }

    async fn main() -> Result<()> {
        let gathered = asyncio::gather((child("first"), child("second")));
        asyncio::sleep(1).await?;
        show("cancel", gathered.cancel_with("all"));
        state("gather", &gathered);
        outcome("gather", &gathered).await?;
        state("gather", &gathered);
        Ok(())
    }

    run(main());
}

fn cancelling_a_gather_raises_even_with_return_exceptions() {
    async fn main() -> Result<()> {
        let gathered = asyncio::gather_return_exceptions((value(1, 10), value(2, 10)));
        asyncio::sleep(1).await?;
        gathered.cancel_with("all");
        outcome("gather", gathered).await
    }

    run(main());
}

fn the_error_of_a_cancelled_gather_is_that_of_its_last_child() {
    async fn stubborn() -> Result<&'static str> {
        outcome("sleep", asyncio::sleep(10)).await?;
        Ok("stubborn")
    }

    async fn main() -> Result<()> {
        let gathered = asyncio::gather_return_exceptions((value(1, 10), stubborn()));
        asyncio::sleep(1).await?;
        show("cancel", gathered.cancel_with("all"));
        outcome("gather", &gathered).await?;
        state("gather", &gathered);
        Ok(())
    }

    run(main());
}

fn the_error_of_a_cancelled_gather_whose_last_child_failed() {
    async fn failing() -> Result<()> {
        outcome("sleep", asyncio::sleep(10)).await?;
        Err(ValueError("instead"))
    }

    async fn main() -> Result<()> {
        let child = asyncio::create_task(failing());
        let gathered = asyncio::gather_return_exceptions((value(1, 10), child.clone()));
        asyncio::sleep(1).await?;
        gathered.cancel_with("all");
        outcome("gather", gathered).await?;
        outcome("child", child).await
    }

    run(main());
}

fn children_that_swallow_the_cancellation_of_a_gather() {
    async fn stubborn(name: &'static str) -> Result<&'static str> {
        outcome(name, asyncio::sleep(10)).await?;
        Ok(name)
    }

    async fn main() -> Result<()> {
        let gathered = asyncio::gather((stubborn("first"), stubborn("second")));
        asyncio::sleep(1).await?;
        gathered.cancel_with("all");
        outcome("gather", gathered).await
    }

    run(main());
}

fn a_child_that_fails_when_its_gather_is_cancelled() {
    async fn failing() -> Result<()> {
        outcome("sleep", asyncio::sleep(10)).await?;
        Err(ValueError("instead"))
    }

    async fn main() -> Result<()> {
        let gathered = asyncio::gather((failing(), value(2, 10)));
        asyncio::sleep(1).await?;
        gathered.cancel_with("all");
        outcome("gather", gathered).await
    }

    run(main());
}

fn cancelling_the_task_that_awaits_a_gather_cancels_the_children() {
    async fn child(name: &str) -> Result<()> {
        watch(name, asyncio::sleep(10)).await
    }

    async fn gatherer() -> Result<()> {
        watch("gather", asyncio::gather((child("first"), child("second")))).await?;
        Ok(())
    }

    async fn main() -> Result<()> {
        let task = asyncio::create_task(gatherer());
        asyncio::sleep(1).await?;
        task.cancel_with("from outside");
        outcome("task", task).await
    }

    run(main());
}

fn cancelling_a_done_gather_is_refused() {
    async fn main() -> Result<()> {
        let gathered = asyncio::gather((value(1, 0),));
        (&gathered).await?;
        show("cancel", gathered.cancel());
        let empty = asyncio::gather_all(Vec::<Task<i32>>::new());
        show("cancel", empty.cancel());
        Ok(())
    }

    run(main());
}

fn cancelling_a_gather_twice() {
    async fn child(name: &str) -> Result<()> {
        watch(name, asyncio::sleep(10)).await
    }

    async fn main() -> Result<()> {
        let gathered = asyncio::gather((child("first"), child("second")));
        asyncio::sleep(1).await?;
        show("first", gathered.cancel_with("first"));
        show("second", gathered.cancel_with("second"));
        outcome("gather", gathered).await
    }

    run(main());
}

fn cancelling_a_gather_of_which_all_children_are_done_but_not_seen() {
    async fn main() -> Result<()> {
        let future = create_future();
        let gathered = asyncio::gather((future.clone(),));
        future.set_result(1)?;
        show("cancel", gathered.cancel());
        outcome("gather", gathered).await
    }

    run(main());
}

fn a_cancelled_gather_that_had_failed_before() {
    async fn main() -> Result<()> {
        let slow = asyncio::create_task(value(1, 10));
        let gathered = asyncio::gather((failure("early", 1), slow.clone()));
        asyncio::sleep(2).await?;
        state("gather", &gathered);
        show("cancel", gathered.cancel());
        state("slow", &slow);
        outcome("gather", gathered).await?;
        outcome("slow", slow).await
    }

    run(main());
}
