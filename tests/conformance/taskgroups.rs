//! `TaskGroup`: children that are waited for, and those that fail.

use asyncio::{
    CancelledError, ContextVar, ExceptionGroup, Result, Task, TaskGroup, TaskOptions, ValueError,
};

use crate::blocks::{cancelling, current_task, failing_cleanup, failure, never, stubborn, value};
use crate::trace::{attempt, iteration, outcome, run, show, state, trace, watch};

crate::scenarios! { taskgroups:
    the_children_are_waited_for,
    an_empty_group_takes_no_iteration,
    children_that_are_done_before_the_end,
    the_body_may_await_its_children,
    children_may_have_children,
    a_child_that_comes_before_the_group_is_told,
    a_child_that_comes_when_the_group_was_told,
    names_and_contexts_of_children,
    a_failing_child_cancels_siblings_and_body,
    a_child_fails_when_the_body_is_over,
    two_fail_in_one_iteration,
    a_failure_while_the_group_aborts,
    a_child_that_fails_before_the_body_suspends,
    the_body_returns_before_it_learns_of_the_failure,
    a_body_that_swallows_the_cancellation_by_a_child,
    a_child_that_swallows_the_cancellation_by_its_sibling,
    a_cancelled_child_is_no_failure,
    a_body_that_awaits_a_cancelled_child,
    failures_are_seen_by_the_group,
    a_failing_body_cancels_the_children,
    a_body_that_fails_before_its_children_started,
    a_body_that_fails_without_children,
    the_failure_of_the_body_comes_last,
    a_body_that_fails_while_its_cancellation_is_handled,
    a_body_and_a_child_fail_in_one_iteration,
    a_body_that_raises_the_failure_of_its_child,
    a_body_that_raises_a_cancelled_error,
}

static VARIABLE: ContextVar<&str> = ContextVar::with_default("variable", "default");

fn get() -> &'static str {
    VARIABLE.get().expect("it has a default")
}

// All goes well.

fn the_children_are_waited_for() {
    async fn main() -> Result<()> {
        let mut tasks = Vec::new();
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            tasks.push(group.create_task(value(1, 2))?);
            tasks.push(group.create_task(value(2, 1))?);
            trace!("end of the body");
            asyncio::Ok(())
        });
        outcome("group", block).await?;
        for task in tasks {
            outcome("task", task).await?;
        }
        Ok(())
    }

    run(main());
}

fn an_empty_group_takes_no_iteration() {
    async fn main() -> Result<()> {
        let before = iteration();
        let group = TaskGroup::new();
        let block = group.run(async |_| {
            trace!("body");
            asyncio::Ok(())
        });
        outcome("group", block).await?;
        show("iterations", iteration() - before);
        Ok(())
    }

    run(main());
}

fn children_that_are_done_before_the_end() {
    async fn main() -> Result<()> {
        let before = iteration();
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            let task = group.create_task(value(1, 0))?;
            asyncio::sleep(1).await?;
            state("task", &task);
            show("group", group);
            asyncio::Ok(())
        });
        outcome("group", block).await?;
        show("iterations", iteration() - before);
        Ok(())
    }

    run(main());
}

fn the_body_may_await_its_children() {
    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            show("first", group.create_task(value(1, 1))?.await?);
            show("second", group.create_task(value(2, 1))?.await?);
            asyncio::Ok(())
        });
        outcome("group", block).await
    }

    run(main());
}

fn children_may_have_children() {
    async fn child(group: TaskGroup, depth: i32) -> Result<()> {
        trace!("child {depth}");
        asyncio::sleep(1).await?;
        if depth > 0 {
            group.create_task(Box::pin(child(group.clone(), depth - 1)))?;
        }
        Ok(())
    }

    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(child(group.clone(), 2))?;
            asyncio::Ok(())
        });
        outcome("group", block).await
    }

    run(main());
}

fn a_child_that_comes_before_the_group_is_told() {
    async fn child(group: TaskGroup) -> Result<()> {
        asyncio::sleep(1).await?;
        // By then this child is done, and the group has not been told.
        asyncio::get_running_loop().call_soon(move || {
            let options = TaskOptions::new().name("late");
            show("late", group.create_task_with(value("late", 1), options));
        });
        Ok(())
    }

    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(child(group.clone()))?;
            asyncio::Ok(())
        });
        outcome("group", block).await
    }

    run(main());
}

fn a_child_that_comes_when_the_group_was_told() {
    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            let task = group.create_task(value(1, 1))?;
            let group = group.clone();
            // The callback of the group is older.
            task.add_done_callback(move |_: &Task<_>| {
                attempt("late", || group.create_task(never()));
            });
            asyncio::Ok(())
        });
        outcome("group", block).await
    }

    run(main());
}

fn names_and_contexts_of_children() {
    async fn child() -> Result<()> {
        show("name", current_task().get_name());
        show("variable", get());
        VARIABLE.set("by the child");
        Ok(())
    }

    async fn main() -> Result<()> {
        VARIABLE.set("outer");
        let context = asyncio::copy_context();
        VARIABLE.set("inner");
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(child())?;
            group.create_task_with(child(), TaskOptions::new().name("named"))?;
            group.create_task_with(child(), TaskOptions::new().context(&context))?;
            asyncio::Ok(())
        });
        block.await?;
        show("variable", get());
        show("context", context.run(get));
        Ok(())
    }

    run(main());
}

// A child fails.

fn a_failing_child_cancels_siblings_and_body() {
    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(value(1, 3))?;
            group.create_task(failure("a", 1))?;
            group.create_task(value(2, 3))?;
            let slept = watch("body", asyncio::sleep(10)).await;
            show("cancelling", cancelling());
            show("group", group);
            slept
        });
        outcome("group", block).await?;
        show("cancelling", cancelling());
        outcome("sleep", asyncio::sleep(0)).await
    }

    run(main());
}

fn a_child_fails_when_the_body_is_over() {
    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(value(1, 3))?;
            group.create_task(failure("a", 1))?;
            asyncio::Ok(())
        });
        outcome("group", block).await?;
        show("cancelling", cancelling());
        outcome("sleep", asyncio::sleep(0)).await
    }

    run(main());
}

fn two_fail_in_one_iteration() {
    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(failure("a", 1))?;
            group.create_task(value(1, 1))?;
            group.create_task(failure("b", 1))?;
            watch("body", asyncio::sleep(10)).await
        });
        outcome("group", block).await?;
        show("cancelling", cancelling());
        Ok(())
    }

    run(main());
}

fn a_failure_while_the_group_aborts() {
    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(failing_cleanup("b", 2))?;
            group.create_task(failing_cleanup("c", 1))?;
            group.create_task(failure("a", 1))?;
            watch("body", asyncio::sleep(10)).await
        });
        outcome("group", block).await?;
        show("cancelling", cancelling());
        Ok(())
    }

    run(main());
}

fn a_child_that_fails_before_the_body_suspends() {
    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(failure("a", 0))?;
            asyncio::sleep(0).await?;
            asyncio::sleep(0).await?;
            watch("third sleep", asyncio::sleep(0)).await
        });
        outcome("group", block).await
    }

    run(main());
}

fn the_body_returns_before_it_learns_of_the_failure() {
    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            let task = group.create_task(failure("a", 0))?;
            outcome("task", task).await?;
            show("cancelling", cancelling());
            asyncio::Ok(())
        });
        outcome("group", block).await?;
        show("cancelling", cancelling());
        Ok(())
    }

    run(main());
}

fn a_body_that_swallows_the_cancellation_by_a_child() {
    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(failure("a", 1))?;
            outcome("first", asyncio::sleep(10)).await?;
            outcome("second", asyncio::sleep(1)).await?;
            show("cancelling", cancelling());
            asyncio::Ok(())
        });
        outcome("group", block).await?;
        show("cancelling", cancelling());
        Ok(())
    }

    run(main());
}

fn a_child_that_swallows_the_cancellation_by_its_sibling() {
    async fn main() -> Result<()> {
        let mut tasks = Vec::new();
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            tasks.push(group.create_task(stubborn("stubborn", 2))?);
            group.create_task(failure("a", 1))?;
            asyncio::Ok(())
        });
        outcome("group", block).await?;
        outcome("stubborn", &tasks[0]).await
    }

    run(main());
}

fn a_cancelled_child_is_no_failure() {
    async fn cancelling_itself() -> Result<()> {
        current_task().cancel_with("itself");
        asyncio::sleep(0).await
    }

    async fn raising() -> Result<()> {
        Err(CancelledError::with("raised"))
    }

    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            let task = group.create_task(value(1, 10))?;
            group.create_task(cancelling_itself())?;
            group.create_task(raising())?;
            group.create_task(value(2, 2))?;
            asyncio::sleep(1).await?;
            task.cancel_with("one");
            watch("body", asyncio::sleep(2)).await
        });
        outcome("group", block).await
    }

    run(main());
}

fn a_body_that_awaits_a_cancelled_child() {
    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(value(1, 3))?;
            let task = group.create_task(value(2, 10))?;
            task.cancel_with("the child");
            watch("task", task).await?;
            asyncio::Ok(())
        });
        outcome("group", block).await?;
        show("cancelling", cancelling());
        Ok(())
    }

    run(main());
}

fn failures_are_seen_by_the_group() {
    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(failure("a", 0))?;
            group.create_task(failure("b", 0))?;
            asyncio::Ok(())
        });
        let error = block.await.expect_err("two failures");
        let group = error.downcast_ref::<ExceptionGroup>().expect("a group");
        show("message", group.message());
        show("exceptions", group.exceptions().to_vec());
        show("cause", error.cause());
        Ok(())
    }

    run(main());
}

// The body fails.

fn a_failing_body_cancels_the_children() {
    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(value(1, 3))?;
            asyncio::sleep(1).await?;
            Err(ValueError("body"))
        });
        outcome("group", block).await?;
        show("cancelling", cancelling());
        Ok(())
    }

    run(main());
}

fn a_body_that_fails_before_its_children_started() {
    async fn main() -> Result<()> {
        let before = iteration();
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(never())?;
            Err(ValueError("body"))
        });
        outcome("group", block).await?;
        show("iterations", iteration() - before);
        Ok(())
    }

    run(main());
}

fn a_body_that_fails_without_children() {
    async fn main() -> Result<()> {
        let before = iteration();
        outcome("group", TaskGroup::new().run(async |_| Err(ValueError("body")))).await?;
        show("iterations", iteration() - before);
        Ok(())
    }

    run(main());
}

fn the_failure_of_the_body_comes_last() {
    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(failing_cleanup("b", 2))?;
            group.create_task(failing_cleanup("c", 1))?;
            asyncio::sleep(1).await?;
            Err(ValueError("body"))
        });
        outcome("group", block).await
    }

    run(main());
}

fn a_body_that_fails_while_its_cancellation_is_handled() {
    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(failure("a", 1))?;
            outcome("sleep", asyncio::sleep(10)).await?;
            Err(ValueError("body"))
        });
        outcome("group", block).await?;
        show("cancelling", cancelling());
        outcome("sleep", asyncio::sleep(0)).await
    }

    run(main());
}

fn a_body_and_a_child_fail_in_one_iteration() {
    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(failure("a", 1))?;
            group.create_task(value(1, 2))?;
            // The timer of the body is younger than that of the child.
            asyncio::sleep(0).await?;
            asyncio::sleep(1).await?;
            Err(ValueError("body"))
        });
        outcome("group", block).await?;
        show("cancelling", cancelling());
        outcome("sleep", asyncio::sleep(0)).await
    }

    run(main());
}

fn a_body_that_raises_the_failure_of_its_child() {
    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| group.create_task(failure("a", 1))?.await);
        outcome("group", block).await?;
        show("cancelling", cancelling());
        outcome("sleep", asyncio::sleep(0)).await
    }

    run(main());
}

fn a_body_that_raises_a_cancelled_error() {
    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(value(1, 1))?;
            Err(CancelledError::with("by hand"))
        });
        outcome("group", block).await?;
        show("cancelling", cancelling());
        Ok(())
    }

    run(main());
}
