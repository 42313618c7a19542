//! `as_completed`: results as they come, as awaitables and as futures.
//!
//! Kept clear of: several futures that are done already, which Python takes in no order.

use std::fmt::Display;
use std::future::Future as StdFuture;
use std::pin::Pin;

use asyncio::{AsCompleted, Future, Result, Task, ValueError};

use crate::repr::Repr;
use crate::trace::{collect, iteration, outcome, run, show, state, trace, watch};

crate::scenarios! { as_completed:
    results_come_as_they_are_ready,
    the_futures_themselves_come_when_they_are_done,
    coroutines_become_tasks_and_start_in_order,
    they_run_although_nobody_asks,
    failures_come_in_turn,
    a_cancelled_child_comes_in_turn,
    nothing_to_complete,
    what_is_given_twice_comes_once,
    one_that_is_done_already,
    several_are_ready_together,
    steps_get_results_in_the_order_in_which_they_are_awaited,
    steps_awaited_at_once,
    the_end_comes_as_often_as_one_asks,
    both_ways_on_one_iterator,
    a_step_that_never_started_has_taken_its_turn,
    a_cancelled_step_gives_its_turn_back,
    a_cancelled_anext_gives_its_turn_back,
    a_step_cancelled_before_it_started,
    a_step_cancelled_while_the_result_is_on_its_way,
    a_step_cancelled_twice,
    after_the_timeout_each_step_is_late,
    after_the_timeout_each_anext_is_late,
    a_timeout_while_nobody_waits,
    the_timer_is_cancelled_when_all_are_done,
    a_timeout_of_zero_or_less,
    the_timeout_and_the_value_at_the_same_time,
    a_timeout_while_several_wait,
    the_wait_is_cancelled_when_the_timeout_is_due,
    failures_that_nobody_asked_for_are_logged,
    a_late_failure_is_logged,
    reprs_of_what_is_watched,
}

/// Any coroutine, so that those of several functions are of one type.
type Coroutine<T> = Pin<Box<dyn StdFuture<Output = Result<T>>>>;

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

/// Writes every result that is still to come.
async fn await_each<T: Repr + 'static>(completed: AsCompleted<T>) -> Result<()> {
    for step in completed {
        outcome("step", step).await?;
    }
    trace!("no more");
    Ok(())
}

/// Writes the places of the futures that are still to come.
async fn take_each<T: 'static>(
    completed: &mut AsCompleted<T>,
    futures: &[Future<T>],
) -> Result<()> {
    while let Some(future) = completed.anext().await {
        trace!("future {}", place(&future?, futures));
    }
    trace!("no more");
    Ok(())
}

fn place<T: 'static>(future: &Future<T>, futures: &[Future<T>]) -> usize {
    futures.iter().position(|one| one == future).expect("one of them")
}

fn futures_of<T>(tasks: &[Task<T>]) -> Vec<Future<T>> {
    tasks.iter().map(|task| Future::clone(task)).collect()
}

// In order.

fn results_come_as_they_are_ready() {
    async fn main() -> Result<()> {
        await_each(asyncio::as_completed([value(1, 3), value(2, 1), value(3, 2)])).await
    }

    run(main());
}

fn the_futures_themselves_come_when_they_are_done() {
    async fn main() -> Result<()> {
        let tasks = [value(1, 3), value(2, 1), value(3, 2)].map(asyncio::create_task);
        let futures = futures_of(&tasks);
        let mut completed = asyncio::as_completed(tasks);
        while let Some(task) = completed.anext().await {
            let task = task?;
            show("place", place(&task, &futures));
            state("task", &task);
            let before = iteration();
            outcome("task", task).await?;
            show("iterations", iteration() - before);
        }
        Ok(())
    }

    run(main());
}

fn coroutines_become_tasks_and_start_in_order() {
    async fn child(number: i32) -> Result<i32> {
        let task = asyncio::current_task().expect("a task runs this");
        trace!("child {number} is {}", task.get_name());
        Ok(number)
    }

    async fn main() -> Result<()> {
        let mut completed = asyncio::as_completed([child(1), child(2), child(3)]);
        trace!("nothing ran yet");
        while let Some(task) = completed.anext().await {
            let task = task?;
            show("task", &task);
            task.result()?;
        }
        Ok(())
    }

    run(main());
}

fn they_run_although_nobody_asks() {
    async fn main() -> Result<()> {
        let completed = asyncio::as_completed([value(1, 0), value(2, 1)]);
        asyncio::sleep(2).await?;
        let before = iteration();
        await_each(completed).await?;
        show("iterations", iteration() - before);
        Ok(())
    }

    run(main());
}

fn failures_come_in_turn() {
    fn children() -> [Coroutine<i32>; 3] {
        [Box::pin(failure("a", 2)), Box::pin(value(1, 1)), Box::pin(failure("b", 3))]
    }

    async fn main() -> Result<()> {
        await_each(asyncio::as_completed(children())).await?;
        let mut completed = asyncio::as_completed(children().map(asyncio::create_task));
        while let Some(task) = completed.anext().await {
            outcome("task", task?).await?;
        }
        Ok(())
    }

    run(main());
}

fn a_cancelled_child_comes_in_turn() {
    async fn main() -> Result<()> {
        let loop_ = asyncio::get_running_loop();
        let tasks = [value(1, 10), value(2, 2)].map(asyncio::create_task);
        let child = tasks[0].clone();
        loop_.call_later(1, move || child.cancel_with("the child"));
        await_each(asyncio::as_completed(tasks)).await?;
        let tasks = [value(3, 10), value(4, 2)].map(asyncio::create_task);
        let child = tasks[0].clone();
        loop_.call_later(1, move || child.cancel_with("the child"));
        let mut completed = asyncio::as_completed(tasks);
        while let Some(task) = completed.anext().await {
            let task = task?;
            state("task", &task);
            outcome("task", task).await?;
        }
        Ok(())
    }

    run(main());
}

fn nothing_to_complete() {
    async fn main() -> Result<()> {
        let none: [Future<()>; 0] = [];
        let before = iteration();
        await_each(asyncio::as_completed(none.clone())).await?;
        take_each(&mut asyncio::as_completed_with(none.clone(), 1), &none).await?;
        show("iterations", iteration() - before);
        asyncio::sleep(5).await?;
        trace!("end");
        Ok(())
    }

    run(main());
}

fn what_is_given_twice_comes_once() {
    async fn main() -> Result<()> {
        let task = asyncio::create_task(value(1, 1));
        await_each(asyncio::as_completed([task.clone(), task])).await?;
        let future = create_future();
        let setter = future.clone();
        asyncio::get_running_loop().call_later(1, move || setter.set_result(2));
        let mut completed = asyncio::as_completed([future.clone(), future.clone()]);
        take_each(&mut completed, &[future]).await
    }

    run(main());
}

fn one_that_is_done_already() {
    async fn main() -> Result<()> {
        let done = create_future();
        done.set_result("done")?;
        let late = asyncio::create_task(value("late", 1));
        let before = iteration();
        let mut completed = asyncio::as_completed([Future::clone(&late), done]);
        outcome("step", completed.next().expect("two")).await?;
        show("iterations", iteration() - before);
        await_each(completed).await
    }

    run(main());
}

fn several_are_ready_together() {
    async fn main() -> Result<()> {
        let futures = [create_future(), create_future(), create_future()];
        let mut completed = asyncio::as_completed(futures.clone());
        for number in [2, 0, 1] {
            futures[number].set_result(number)?;
        }
        let before = iteration();
        take_each(&mut completed, &futures).await?;
        show("iterations", iteration() - before);
        Ok(())
    }

    run(main());
}

// Steps.

fn steps_get_results_in_the_order_in_which_they_are_awaited() {
    async fn main() -> Result<()> {
        let mut completed = asyncio::as_completed([value(1, 2), value(2, 1)]);
        let (first, second) = (completed.next().expect("two"), completed.next().expect("two"));
        outcome("second", second).await?;
        outcome("first", first).await
    }

    run(main());
}

/// Awaits each step of an iterator in a task of its own.
fn await_at_once<T: Repr + Clone + 'static>(completed: AsCompleted<T>) -> Vec<Task<T>> {
    let numbered = completed.enumerate();
    numbered
        .map(|(number, step)| {
            let label = format!("step {number}");
            asyncio::create_task(async move { watch(&label, step).await })
        })
        .collect()
}

fn steps_awaited_at_once() {
    async fn main() -> Result<()> {
        let children: [Coroutine<i32>; 3] =
            [Box::pin(value(1, 3)), Box::pin(value(2, 1)), Box::pin(failure("a", 2))];
        let waiting = await_at_once(asyncio::as_completed(children));
        asyncio::wait(&waiting).await?;
        for task in waiting {
            outcome("task", task).await?;
        }
        Ok(())
    }

    run(main());
}

fn the_end_comes_as_often_as_one_asks() {
    async fn main() -> Result<()> {
        let mut completed = asyncio::as_completed([value(1, 0)]);
        outcome("step", completed.next().expect("one")).await?;
        show("next", completed.next().map(|_| "a step"));
        show("next", completed.next().map(|_| "a step"));
        show("anext", completed.anext().await.transpose()?);
        show("next", completed.next().map(|_| "a step"));
        Ok(())
    }

    run(main());
}

fn both_ways_on_one_iterator() {
    async fn main() -> Result<()> {
        let tasks = [value(1, 1), value(2, 2), value(3, 3), value(4, 4)].map(asyncio::create_task);
        let futures = futures_of(&tasks);
        let mut completed = asyncio::as_completed(tasks);
        outcome("step", completed.next().expect("four")).await?;
        let second = completed.anext().await.expect("four")?;
        show("place", place(&second, &futures));
        outcome("step", completed.next().expect("four")).await?;
        take_each(&mut completed, &futures).await
    }

    run(main());
}

fn a_step_that_never_started_has_taken_its_turn() {
    async fn main() -> Result<()> {
        let mut completed = asyncio::as_completed([value(1, 1), value(2, 2)]);
        drop(completed.next());
        await_each(completed).await?;
        asyncio::sleep(2).await
    }

    run(main());
}

fn a_cancelled_step_gives_its_turn_back() {
    async fn main() -> Result<()> {
        let mut completed = asyncio::as_completed([value(1, 3), value(2, 4)]);
        for limit in [1, 1] {
            let step = completed.next().expect("two");
            outcome("limited", asyncio::wait_for(step, limit)).await?;
        }
        await_each(completed).await
    }

    run(main());
}

fn a_cancelled_anext_gives_its_turn_back() {
    async fn main() -> Result<()> {
        let tasks = [value(1, 3), value(2, 4)].map(asyncio::create_task);
        let futures = futures_of(&tasks);
        let mut completed = asyncio::as_completed(tasks);
        for limit in [1, 1] {
            let next = async { completed.anext().await.transpose() };
            outcome("limited", asyncio::wait_for(next, limit)).await?;
        }
        take_each(&mut completed, &futures).await
    }

    run(main());
}

fn a_step_cancelled_before_it_started() {
    async fn main() -> Result<()> {
        let mut completed = asyncio::as_completed([value(1, 1), value(2, 2)]);
        let step = asyncio::create_task(watch("step", completed.next().expect("two")));
        step.cancel();
        outcome("step", step).await?;
        await_each(completed).await?;
        asyncio::sleep(2).await
    }

    run(main());
}

fn a_step_cancelled_while_the_result_is_on_its_way() {
    async fn main() -> Result<()> {
        let future = create_future();
        let child = asyncio::create_task(value("in time", 1));
        let mut completed = asyncio::as_completed([future.clone(), Future::clone(&child)]);
        let first = asyncio::create_task(watch("first", completed.next().expect("two")));
        let second = asyncio::create_task(watch("second", completed.next().expect("two")));
        asyncio::sleep(0).await?;
        future.set_result("passed on")?;
        // The first step has been woken by then, and has not run.
        let cancelled = first.clone();
        future.add_done_callback(move |_| show("cancel", cancelled.cancel_with("late")));
        asyncio::wait([&first, &second]).await?;
        outcome("first", first).await?;
        await_each(completed).await
    }

    run(main());
}

fn a_step_cancelled_twice() {
    async fn main() -> Result<()> {
        let mut completed = asyncio::as_completed([value(1, 2)]);
        for reason in ["first", "second"] {
            let step = asyncio::create_task(watch("step", completed.next().expect("one")));
            asyncio::sleep(0).await?;
            show("left", completed.by_ref().count());
            step.cancel_with(reason);
            outcome("task", step).await?;
        }
        await_each(completed).await
    }

    run(main());
}

// Timeouts.

fn after_the_timeout_each_step_is_late() {
    async fn main() -> Result<()> {
        let tasks = [value(1, 1), value(2, 3), value(3, 4)].map(asyncio::create_task);
        await_each(asyncio::as_completed_with(tasks.clone(), 2)).await?;
        for task in &tasks {
            state("task", task);
        }
        asyncio::wait(tasks).await?;
        Ok(())
    }

    run(main());
}

fn after_the_timeout_each_anext_is_late() {
    async fn main() -> Result<()> {
        let tasks = [value(1, 1), value(2, 3), value(3, 4)].map(asyncio::create_task);
        let futures = futures_of(&tasks);
        let mut completed = asyncio::as_completed_with(tasks, 2);
        for _ in 0..3 {
            outcome("take", take_each(&mut completed, &futures)).await?;
        }
        take_each(&mut completed, &futures).await?;
        asyncio::wait(futures).await?;
        Ok(())
    }

    run(main());
}

fn a_timeout_while_nobody_waits() {
    async fn main() -> Result<()> {
        let completed = asyncio::as_completed_with([value(1, 1), value(2, 3)], 2);
        asyncio::sleep(5).await?;
        let before = iteration();
        await_each(completed).await?;
        show("iterations", iteration() - before);
        Ok(())
    }

    run(main());
}

fn the_timer_is_cancelled_when_all_are_done() {
    async fn main() -> Result<()> {
        await_each(asyncio::as_completed_with([value(1, 1)], 5)).await?;
        asyncio::sleep(10).await?;
        trace!("end");
        Ok(())
    }

    run(main());
}

fn a_timeout_of_zero_or_less() {
    async fn main() -> Result<()> {
        for timeout in [0, -1] {
            let done = create_future();
            done.set_result("done")?;
            let task = asyncio::create_task(value("task", 0));
            let futures = [create_future(), done, Future::clone(&task)];
            let before = iteration();
            await_each(asyncio::as_completed_with(futures, timeout)).await?;
            show("iterations", iteration() - before);
        }
        Ok(())
    }

    run(main());
}

fn the_timeout_and_the_value_at_the_same_time() {
    async fn main() -> Result<()> {
        let loop_ = asyncio::get_running_loop();
        let (before, after) = (create_future(), create_future());
        let setter = before.clone();
        loop_.call_later(1, move || setter.set_result("before"));
        let completed = asyncio::as_completed_with([before, after.clone()], 1);
        loop_.call_later(1, move || after.set_result("after"));
        await_each(completed).await
    }

    run(main());
}

fn a_timeout_while_several_wait() {
    async fn main() -> Result<()> {
        let completed = asyncio::as_completed_with([value(1, 2), value(2, 2)], 1);
        let waiting = await_at_once(completed);
        asyncio::wait(&waiting).await?;
        for task in waiting {
            outcome("task", task).await?;
        }
        asyncio::sleep(2).await
    }

    run(main());
}

fn the_wait_is_cancelled_when_the_timeout_is_due() {
    async fn main() -> Result<()> {
        let mut completed = asyncio::as_completed_with([value(1, 3), value(2, 4)], 1);
        let step = asyncio::create_task(watch("step", completed.next().expect("two")));
        asyncio::sleep(0).await?;
        let cancelled = step.clone();
        asyncio::get_running_loop().call_later(1, move || cancelled.cancel_with("late"));
        outcome("task", step).await?;
        await_each(completed).await
    }

    run(main());
}

// What is left behind.

fn failures_that_nobody_asked_for_are_logged() {
    async fn main() -> Result<()> {
        let mut completed = asyncio::as_completed([failure("seen", 1), failure("unseen", 2)]);
        outcome("step", completed.next().expect("two")).await?;
        asyncio::sleep(2).await?;
        drop(completed);
        collect();
        trace!("end");
        Ok(())
    }

    run(main());
}

fn a_late_failure_is_logged() {
    async fn main() -> Result<()> {
        let mut completed = asyncio::as_completed_with([failure("late", 2)], 1);
        outcome("step", completed.next().expect("one")).await?;
        asyncio::sleep(2).await?;
        collect();
        trace!("end");
        Ok(())
    }

    run(main());
}

fn reprs_of_what_is_watched() {
    async fn main() -> Result<()> {
        let future: Future<()> = create_future();
        let mut completed = asyncio::as_completed_with([future.clone()], 1);
        show("future", &future);
        let step = asyncio::create_task(watch("step", completed.next().expect("one")));
        asyncio::sleep(0).await?;
        show("waiting", &step);
        outcome("task", step).await?;
        show("future", &future);
        Ok(())
    }

    run(main());
}
