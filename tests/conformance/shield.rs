//! `shield`: what passes in which direction, and what does not.

use std::cell::RefCell;
use std::fmt::Display;
use std::rc::Rc;

use asyncio::{Awaitable, Error, Future, Result, ValueError};

use crate::repr::Repr;
use crate::trace::{
    collect, iteration, new_event_loop, outcome, run, run_once, show, state, trace, watch,
};

crate::scenarios! { shield:
    a_result_and_a_failure_pass,
    what_is_done_is_returned_itself,
    a_cancelled_inner_cancels_the_shield,
    an_inner_that_was_told_to_cancel_before_it_started,
    the_shield_is_told_in_the_order_of_the_callbacks,
    nested_shields,
    a_shielded_coroutine_becomes_a_task,
    a_shield_made_outside_of_a_task,
    cancelling_the_waiter_leaves_the_inner_alone,
    cancelling_the_shield_leaves_the_inner_alone,
    a_shield_cancelled_twice,
    a_waiter_that_insists,
    a_failure_after_the_shield_was_cancelled_is_logged_once,
    a_failure_after_the_shield_was_cancelled_may_be_retrieved,
    a_failure_after_two_shields_were_cancelled,
    a_failure_that_passed_the_shield_is_the_business_of_the_shield,
    the_value_comes_before_the_cancellation,
    the_failure_comes_before_the_cancellation,
    the_cancellation_comes_before_the_failure,
    the_waiter_is_cancelled_when_the_shield_is_done,
    inner_and_waiter_cancelled_together,
    a_shield_inside_of_wait_for,
    a_shielded_gather,
    a_gather_of_shields,
    reprs_of_shields,
}

async fn value<T: Display>(result: T, delay: i32) -> Result<T> {
    watch(&format!("sleep of {result}"), asyncio::sleep(delay)).await?;
    Ok(result)
}

async fn failure(text: &str, delay: i32) -> Result<()> {
    asyncio::sleep(delay).await?;
    trace!("{text} fails");
    Err(ValueError(text))
}

async fn shielded<A>(inner: A) -> Result<A::Value>
where
    A: Awaitable<Failure = Error>,
    A::IntoFuture: 'static,
    A::Value: Repr + Clone + 'static,
{
    watch("shield", asyncio::shield(inner)).await
}

fn create_future<T: 'static>() -> Future<T> {
    asyncio::get_running_loop().create_future()
}

// Outwards.

fn a_result_and_a_failure_pass() {
    async fn main() -> Result<()> {
        outcome("result", asyncio::shield(value(1, 1))).await?;
        outcome("failure", asyncio::shield(failure("a", 1))).await?;
        let task = asyncio::create_task(value(2, 1));
        outcome("task", asyncio::shield(&task)).await?;
        outcome("the task itself", task).await
    }

    run(main());
}

fn what_is_done_is_returned_itself() {
    async fn main() -> Result<()> {
        let (done, failed, cancelled) = (create_future(), create_future(), create_future());
        done.set_result(1)?;
        failed.set_exception(ValueError("failed"))?;
        cancelled.cancel_with("why");
        let before = iteration();
        for future in [done, failed, cancelled] {
            let shield = asyncio::shield(future.clone());
            show("itself", shield == future);
            outcome("shield", shield).await?;
        }
        show("iterations", iteration() - before);
        let task = asyncio::create_task(value(2, 0));
        (&task).await?;
        let shield = asyncio::shield(task.clone());
        show("itself", shield == *task);
        outcome("task", shield).await
    }

    run(main());
}

fn a_cancelled_inner_cancels_the_shield() {
    async fn main() -> Result<()> {
        let future: Future<()> = create_future();
        let shield = asyncio::shield(future.clone());
        future.cancel_with("the message stays inside");
        state("shield", &shield);
        outcome("shield", &shield).await?;
        state("shield", &shield);
        let task = asyncio::create_task(value(1, 10));
        let waiting = asyncio::create_task(shielded(task.clone()));
        asyncio::sleep(1).await?;
        task.cancel_with("by others");
        outcome("waiting", &waiting).await?;
        state("waiting", &waiting);
        Ok(())
    }

    run(main());
}

fn an_inner_that_was_told_to_cancel_before_it_started() {
    async fn main() -> Result<()> {
        let task = asyncio::create_task(value(1, 0));
        task.cancel_with("early");
        let shield = asyncio::shield(task);
        outcome("shield", &shield).await?;
        state("shield", &shield);
        Ok(())
    }

    run(main());
}

fn the_shield_is_told_in_the_order_of_the_callbacks() {
    async fn direct(future: Future<i32>) -> Result<i32> {
        watch("direct", &future).await
    }

    async fn main() -> Result<()> {
        let future = create_future();
        future.add_done_callback(|_| trace!("before"));
        let shield = asyncio::shield(&future);
        future.add_done_callback(|_| trace!("after"));
        shield.add_done_callback(|_| trace!("shield"));
        let direct = asyncio::create_task(direct(future.clone()));
        let waiting = asyncio::create_task(watch("waiting", shield));
        asyncio::sleep(0).await?;
        future.set_result(1)?;
        asyncio::wait([direct, waiting]).await?;
        Ok(())
    }

    run(main());
}

fn nested_shields() {
    async fn main() -> Result<()> {
        let inner = asyncio::create_task(value(1, 2));
        let outer = asyncio::shield(asyncio::shield(inner));
        outcome("outer", outer).await?;
        let outer = asyncio::shield(asyncio::shield(asyncio::create_task(value(2, 2))));
        let cancelled = outer.clone();
        asyncio::get_running_loop().call_later(1, move || cancelled.cancel_with("outer"));
        outcome("outer", outer).await?;
        asyncio::sleep(2).await
    }

    run(main());
}

fn a_shielded_coroutine_becomes_a_task() {
    async fn child() -> Result<()> {
        show("current task", asyncio::current_task().map(|task| task.get_name()));
        Ok(())
    }

    async fn main() -> Result<()> {
        let shield = asyncio::shield(child());
        trace!("nothing ran yet");
        let names: Vec<_> = asyncio::all_tasks().iter().map(|task| task.get_name()).collect();
        show("tasks", names);
        outcome("shield", shield).await
    }

    run(main());
}

fn a_shield_made_outside_of_a_task() {
    async fn main() -> Result<()> {
        let future = create_future();
        let loop_ = asyncio::get_running_loop();
        let shields = Rc::new(RefCell::new(Vec::new()));
        let (inner, made) = (future.clone(), Rc::clone(&shields));
        loop_.call_soon(move || made.borrow_mut().push(asyncio::shield(inner)));
        loop_.call_later(1, move || future.set_result(1));
        asyncio::sleep(0).await?;
        let shield = shields.take().remove(0);
        outcome("shield", shield).await
    }

    run(main());
}

// Inwards.

fn cancelling_the_waiter_leaves_the_inner_alone() {
    async fn main() -> Result<()> {
        let inner = asyncio::create_task(value(1, 3));
        let waiting = asyncio::create_task(shielded(inner.clone()));
        asyncio::sleep(1).await?;
        show("cancel", waiting.cancel_with("why"));
        outcome("waiting", &waiting).await?;
        state("waiting", &waiting);
        state("inner", &inner);
        outcome("inner", inner).await
    }

    run(main());
}

fn cancelling_the_shield_leaves_the_inner_alone() {
    async fn main() -> Result<()> {
        let inner = create_future();
        let shield = asyncio::shield(inner.clone());
        show("cancel", shield.cancel_with("why"));
        state("shield", &shield);
        state("inner", &inner);
        outcome("shield", shield).await?;
        inner.set_result(1)?;
        outcome("inner", inner).await
    }

    run(main());
}

fn a_shield_cancelled_twice() {
    async fn main() -> Result<()> {
        let inner = asyncio::create_task(value(1, 2));
        let shield = asyncio::shield(inner.clone());
        show("first", shield.cancel_with("first"));
        show("second", shield.cancel_with("second"));
        outcome("shield", &shield).await?;
        show("third", shield.cancel_with("third"));
        outcome("inner", inner).await
    }

    run(main());
}

fn a_waiter_that_insists() {
    async fn insisting(inner: asyncio::Task<i32>) -> Result<&'static str> {
        for attempt in 0..3 {
            outcome(&format!("attempt {attempt}"), asyncio::shield(&inner)).await?;
        }
        Ok("in the end")
    }

    async fn main() -> Result<()> {
        let inner = asyncio::create_task(value(1, 3));
        let waiting = asyncio::create_task(insisting(inner));
        for reason in ["first", "second"] {
            asyncio::sleep(1).await?;
            waiting.cancel_with(reason);
        }
        outcome("waiting", &waiting).await?;
        state("waiting", &waiting);
        Ok(())
    }

    run(main());
}

fn a_failure_after_the_shield_was_cancelled_is_logged_once() {
    async fn main() -> Result<()> {
        let shield = asyncio::shield(failure("lost", 2));
        asyncio::sleep(1).await?;
        shield.cancel();
        outcome("shield", &shield).await?;
        asyncio::sleep(3).await?;
        collect();
        trace!("end");
        Ok(())
    }

    run(main());
}

fn a_failure_after_the_shield_was_cancelled_may_be_retrieved() {
    async fn main() -> Result<()> {
        let inner = asyncio::create_task(failure("found", 2));
        let shield = asyncio::shield(inner.clone());
        asyncio::sleep(1).await?;
        shield.cancel();
        outcome("inner", inner).await?;
        outcome("shield", shield).await?;
        collect();
        trace!("end");
        Ok(())
    }

    run(main());
}

fn a_failure_after_two_shields_were_cancelled() {
    async fn main() -> Result<()> {
        let inner = asyncio::create_task(failure("lost", 2));
        let shields = [asyncio::shield(inner.clone()), asyncio::shield(inner.clone())];
        drop(inner);
        asyncio::sleep(1).await?;
        for shield in &shields {
            shield.cancel();
            outcome("shield", shield).await?;
        }
        asyncio::sleep(3).await?;
        collect();
        trace!("end");
        Ok(())
    }

    run(main());
}

fn a_failure_that_passed_the_shield_is_the_business_of_the_shield() {
    async fn main() -> Result<()> {
        let inner = asyncio::create_task(failure("passed", 1));
        let shield = asyncio::shield(inner.clone());
        asyncio::sleep(2).await?;
        drop(inner);
        collect();
        trace!("the inner is forgotten");
        drop(shield);
        collect();
        trace!("end");
        Ok(())
    }

    run(main());
}

// Both at once.

fn the_value_comes_before_the_cancellation() {
    async fn main() -> Result<()> {
        let inner = create_future();
        let shield = asyncio::shield(inner.clone());
        inner.set_result(1)?;
        // The shield is not told yet.
        show("cancel", shield.cancel_with("late"));
        outcome("shield", shield).await?;
        outcome("inner", inner).await
    }

    run(main());
}

fn the_failure_comes_before_the_cancellation() {
    async fn main() -> Result<()> {
        let inner: Future<()> = create_future();
        let shield = asyncio::shield(inner.clone());
        inner.set_exception(ValueError("lost"))?;
        show("cancel", shield.cancel_with("late"));
        outcome("shield", shield).await?;
        asyncio::sleep(0).await?;
        drop(inner);
        collect();
        trace!("end");
        Ok(())
    }

    run(main());
}

fn the_cancellation_comes_before_the_failure() {
    async fn main() -> Result<()> {
        let inner: Future<()> = create_future();
        let shield = asyncio::shield(inner.clone());
        show("cancel", shield.cancel_with("early"));
        // The shield has not let go of it yet.
        inner.set_exception(ValueError("lost"))?;
        outcome("shield", shield).await?;
        asyncio::sleep(0).await?;
        drop(inner);
        collect();
        trace!("end");
        Ok(())
    }

    run(main());
}

fn the_waiter_is_cancelled_when_the_shield_is_done() {
    async fn waiter(inner: Future<i32>) -> Result<i32> {
        watch("shield", asyncio::shield(&inner)).await
    }

    async fn main() -> Result<()> {
        let inner = create_future();
        let waiting = asyncio::create_task(waiter(inner.clone()));
        asyncio::sleep(0).await?;
        inner.set_result(1)?;
        let cancelled = waiting.clone();
        inner.add_done_callback(move |_| show("cancel", cancelled.cancel_with("late")));
        outcome("waiting", waiting).await?;
        outcome("inner", inner).await
    }

    run(main());
}

fn inner_and_waiter_cancelled_together() {
    async fn main() -> Result<()> {
        let inner: Future<()> = create_future();
        let waiting = asyncio::create_task(shielded(inner.clone()));
        asyncio::sleep(0).await?;
        inner.cancel_with("inner");
        waiting.cancel_with("waiter");
        outcome("waiting", waiting).await
    }

    run(main());
}

// In company.

fn a_shield_inside_of_wait_for() {
    async fn main() -> Result<()> {
        let inner = asyncio::create_task(value(1, 3));
        outcome("late", asyncio::wait_for(asyncio::shield(&inner), 1)).await?;
        state("inner", &inner);
        outcome("zero", asyncio::wait_for(asyncio::shield(&inner), 0)).await?;
        state("inner", &inner);
        outcome("in time", asyncio::wait_for(asyncio::shield(&inner), 3)).await
    }

    run(main());
}

fn a_shielded_gather() {
    async fn main() -> Result<()> {
        let gathered = asyncio::gather((value(1, 2), value(2, 3)));
        let shield = asyncio::shield(gathered.clone());
        asyncio::sleep(1).await?;
        shield.cancel_with("the shield");
        outcome("shield", shield).await?;
        outcome("gather", gathered).await
    }

    run(main());
}

fn a_gather_of_shields() {
    async fn main() -> Result<()> {
        let tasks = [value(1, 2), value(2, 3)].map(asyncio::create_task);
        let shields = (asyncio::shield(&tasks[0]), asyncio::shield(&tasks[1]));
        let gathered = asyncio::gather(shields);
        asyncio::sleep(1).await?;
        show("cancel", gathered.cancel_with("the gather"));
        outcome("gather", gathered).await?;
        for task in tasks {
            outcome("task", task).await?;
        }
        Ok(())
    }

    run(main());
}

fn reprs_of_shields() {
    // Made outside of a task, where Python has no callback that clears who awaits whom.
    let loop_ = new_event_loop();
    let inner = loop_.create_future();
    let shield = asyncio::shield(&inner);
    show("shield", &shield);
    show("inner", &inner);
    shield.cancel();
    run_once(&loop_);
    show("shield", &shield);
    show("inner", &inner);
    asyncio::shield(&inner);
    inner.set_result(1).expect("nobody else sets it");
    run_once(&loop_);
    show("inner", &inner);
}
