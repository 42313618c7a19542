//! `TaskGroup`: exits, refusals, groups within groups, reprs.

use asyncio::{
    Awaitable, CancelledError, Error, GeneratorExit, KeyboardInterrupt, Result, RuntimeError,
    SystemExit, TaskGroup, TaskOptions, ValueError,
};

use crate::blocks::{
    ancestry, briefly, cancelling, current_task, failing_cleanup, failure, first_step, never, value,
};
use crate::trace::{attempt, new_event_loop, outcome, run, run_once, show, trace, watch};

crate::scenarios! { taskgroups_edges:
    a_child_that_exits,
    a_body_that_exits,
    an_exit_hides_all_failures,
    what_was_being_handled_when_a_group_raised,
    what_was_being_handled_when_a_cancelled_group_raised,
    what_was_being_handled_when_a_child_exited,
    the_exit_of_the_body_comes_before_that_of_a_child,
    an_exit_of_a_child_leaves_its_request_to_cancel,
    a_lone_generator_exit_of_the_body_comes_bare,
    a_generator_exit_in_company_comes_in_a_group,
    a_group_that_was_not_entered_takes_no_task,
    a_finished_group_takes_no_task,
    an_aborting_group_takes_no_task,
    a_refused_task_fails_the_body_that_asked,
    a_group_is_entered_once,
    a_group_needs_a_task,
    an_inner_failure_passes_through_both_groups,
    an_outer_failure_cancels_the_inner_group,
    both_groups_fail_at_once,
    the_outer_group_fails_first_of_two_at_once,
    a_group_in_a_child_of_a_group,
    groups_in_groups_in_groups,
    a_group_is_entered_in_the_cleanup_of_another,
    a_group_under_a_timeout,
    a_failing_group_under_a_timeout,
    a_failure_and_a_deadline_at_once,
    a_timeout_in_a_group,
    a_timeout_in_a_child,
    reprs_of_groups,
    reprs_of_children_and_parent,
}

// Exits.

/// Runs a task again and again, because exits stop the loop midway.
fn run_to_the_end<A>(main: A)
where
    A: Awaitable<Value = (), Failure = Error>,
    A::IntoFuture: 'static,
{
    let loop_ = new_event_loop();
    let task = loop_.create_task(main);
    for _ in 0..4 {
        attempt("run", || loop_.run_until_complete(&task));
        if task.done() {
            break;
        }
    }
    run_once(&loop_);
}

async fn exiting_when_cancelled() -> Result<()> {
    outcome("exiting", asyncio::sleep(10)).await?;
    Err(SystemExit(3))
}

fn a_child_that_exits() {
    async fn exiting(delay: i32) -> Result<()> {
        asyncio::sleep(delay).await?;
        Err(SystemExit(3))
    }

    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(value(1, 3))?;
            group.create_task(exiting(1))?;
            watch("body", asyncio::sleep(10)).await
        });
        outcome("group", block).await?;
        show("cancelling", cancelling());
        outcome("sleep", asyncio::sleep(0)).await
    }

    run_to_the_end(main());
}

fn a_body_that_exits() {
    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(value(1, 3))?;
            asyncio::sleep(1).await?;
            Err(KeyboardInterrupt())
        });
        outcome("group", block).await?;
        show("cancelling", cancelling());
        Ok(())
    }

    run(main());
}

fn an_exit_hides_all_failures() {
    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(failing_cleanup("a", 0))?;
            group.create_task(exiting_when_cancelled())?;
            asyncio::sleep(1).await?;
            Err(ValueError("body"))
        });
        outcome("group", block).await?;
        show("cancelling", cancelling());
        Ok(())
    }

    run_to_the_end(main());
}

fn what_was_being_handled_when_a_group_raised() {
    async fn failing_body(_: &TaskGroup) -> Result<()> {
        Err(RuntimeError("body"))
    }

    async fn failing_child(group: &TaskGroup) -> Result<()> {
        group.create_task(failure("child", 0))?;
        Ok(())
    }

    async fn cancelled_body(group: &TaskGroup) -> Result<()> {
        group.create_task(failure("child", 0))?;
        asyncio::sleep(10).await
    }

    async fn both(group: &TaskGroup) -> Result<()> {
        group.create_task(failing_cleanup("child", 0))?;
        asyncio::sleep(1).await?;
        Err(RuntimeError("body"))
    }

    async fn main() -> Result<()> {
        ancestry("failing_body", async { TaskGroup::new().run(failing_body).await }).await?;
        ancestry("failing_child", async { TaskGroup::new().run(failing_child).await }).await?;
        ancestry("cancelled_body", async { TaskGroup::new().run(cancelled_body).await }).await?;
        ancestry("both", async { TaskGroup::new().run(both).await }).await
    }

    run(main());
}

fn what_was_being_handled_when_a_cancelled_group_raised() {
    async fn body(group: &TaskGroup) -> Result<()> {
        group.create_task(slow_to_end())?;
        asyncio::sleep(0).await?;
        group.cancel();
        Err(ValueError("body"))
    }

    async fn slow_to_end() -> Result<()> {
        match asyncio::sleep(10).await {
            Err(error) if error.is::<CancelledError>() => asyncio::sleep(2).await,
            outcome => outcome,
        }
    }

    async fn main() -> Result<()> {
        let task = asyncio::create_task(async { TaskGroup::new().run(body).await });
        asyncio::sleep(1).await?;
        task.cancel_with("from outside");
        ancestry("group", task).await
    }

    run(main());
}

fn what_was_being_handled_when_a_child_exited() {
    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(exiting_when_cancelled())?;
            asyncio::sleep(1).await?;
            Err(ValueError("body"))
        });
        ancestry("group", block).await
    }

    run_to_the_end(main());
}

fn the_exit_of_the_body_comes_before_that_of_a_child() {
    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(exiting_when_cancelled())?;
            asyncio::sleep(1).await?;
            Err(KeyboardInterrupt())
        });
        outcome("group", block).await
    }

    run_to_the_end(main());
}

fn an_exit_of_a_child_leaves_its_request_to_cancel() {
    async fn exiting() -> Result<()> {
        Err(SystemExit(3))
    }

    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(exiting())?;
            outcome("body", asyncio::sleep(10)).await
        });
        outcome("group", block).await?;
        show("cancelling", cancelling());
        outcome("sleep", asyncio::sleep(0)).await
    }

    run_to_the_end(main());
}

fn a_lone_generator_exit_of_the_body_comes_bare() {
    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(value(1, 3))?;
            asyncio::sleep(1).await?;
            Err(GeneratorExit())
        });
        outcome("group", block).await
    }

    run(main());
}

fn a_generator_exit_in_company_comes_in_a_group() {
    async fn exiting() -> Result<()> {
        Err(GeneratorExit())
    }

    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(failing_cleanup("a", 0))?;
            asyncio::sleep(1).await?;
            Err(GeneratorExit())
        });
        outcome("body and child", block).await?;

        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(exiting())?;
            asyncio::Ok(())
        });
        outcome("child", block).await
    }

    run(main());
}

// Refusals.

fn a_group_that_was_not_entered_takes_no_task() {
    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        attempt("create_task", || group.create_task(never()));
        outcome("group", group.run(briefly)).await
    }

    run(main());
}

fn a_finished_group_takes_no_task() {
    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        group.run(briefly).await?;
        attempt("create_task", || group.create_task(never()));
        let failed = TaskGroup::new();
        let block = failed.run(async |group| {
            group.create_task(failure("a", 0))?;
            asyncio::Ok(())
        });
        outcome("group", block).await?;
        attempt("failed", || failed.create_task(never()));
        Ok(())
    }

    run(main());
}

fn an_aborting_group_takes_no_task() {
    async fn child(group: TaskGroup) -> Result<()> {
        outcome("child", asyncio::sleep(10)).await?;
        attempt("by the child", || group.create_task(never()));
        Ok(())
    }

    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(child(group.clone()))?;
            group.create_task(failure("a", 1))?;
            outcome("body", asyncio::sleep(10)).await?;
            attempt("by the body", || group.create_task(never()));
            asyncio::Ok(())
        });
        outcome("group", block).await
    }

    run(main());
}

fn a_refused_task_fails_the_body_that_asked() {
    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(failure("a", 1))?;
            outcome("body", asyncio::sleep(10)).await?;
            group.create_task(never())?;
            asyncio::Ok(())
        });
        outcome("group", block).await
    }

    run(main());
}

fn a_group_is_entered_once() {
    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            outcome("inside", group.run(briefly)).await?;
            group.create_task(value(1, 1))?;
            asyncio::Ok(())
        });
        outcome("group", block).await?;
        outcome("afterwards", group.run(briefly)).await
    }

    run(main());
}

fn a_group_needs_a_task() {
    let loop_ = new_event_loop();
    loop_.call_soon(|| {
        let group = TaskGroup::new();
        attempt("callback", || first_step(group.run(briefly)));
        attempt("create_task", || group.create_task(never()));
        show("group", group);
    });
    run_once(&loop_);
}

// Groups within groups.

fn an_inner_failure_passes_through_both_groups() {
    async fn main() -> Result<()> {
        let inner = async |group: &TaskGroup| {
            group.create_task(failure("a", 1))?;
            watch("inner body", asyncio::sleep(10)).await
        };
        let group = TaskGroup::new();
        let outer = group.run(async |group| {
            group.create_task(value(1, 10))?;
            watch("inner group", TaskGroup::new().run(inner)).await
        });
        outcome("outer group", outer).await?;
        show("cancelling", cancelling());
        Ok(())
    }

    run(main());
}

fn an_outer_failure_cancels_the_inner_group() {
    async fn main() -> Result<()> {
        let inner = async |group: &TaskGroup| {
            group.create_task(value(1, 10))?;
            watch("inner body", asyncio::sleep(10)).await
        };
        let group = TaskGroup::new();
        let outer = group.run(async |group| {
            group.create_task(failure("a", 1))?;
            watch("inner group", TaskGroup::new().run(inner)).await
        });
        outcome("outer group", outer).await?;
        show("cancelling", cancelling());
        Ok(())
    }

    run(main());
}

fn both_groups_fail_at_once() {
    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        let outer = group.run(async |outer_group| {
            let inner_group = TaskGroup::new();
            let inner = inner_group.run(async |inner_group| {
                inner_group.create_task(failure("inner", 1))?;
                outer_group.create_task(failure("outer", 1))?;
                asyncio::Ok(())
            });
            outcome("inner group", inner).await?;
            show("cancelling", cancelling());
            watch("outer body", asyncio::sleep(0)).await
        });
        outcome("outer group", outer).await?;
        show("cancelling", cancelling());
        outcome("sleep", asyncio::sleep(0)).await
    }

    run(main());
}

fn the_outer_group_fails_first_of_two_at_once() {
    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        let outer = group.run(async |outer_group| {
            let inner_group = TaskGroup::new();
            let inner = inner_group.run(async |inner_group| {
                outer_group.create_task(failure("outer", 1))?;
                inner_group.create_task(failure("inner", 1))?;
                watch("inner body", asyncio::sleep(10)).await
            });
            watch("inner group", inner).await
        });
        outcome("outer group", outer).await?;
        show("cancelling", cancelling());
        Ok(())
    }

    run(main());
}

fn a_group_in_a_child_of_a_group() {
    async fn child(name: &'static str, delay: i32) -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(value(name, 5))?;
            group.create_task(failure(format!("{name} failure"), delay))?;
            asyncio::Ok(())
        });
        watch(name, block).await
    }

    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(child("first", 1))?;
            group.create_task(child("second", 2))?;
            asyncio::Ok(())
        });
        outcome("group", block).await
    }

    run(main());
}

fn groups_in_groups_in_groups() {
    async fn tree(depth: i32) -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            for _ in 0..if depth > 0 { 2 } else { 0 } {
                group.create_task(Box::pin(tree(depth - 1)))?;
            }
            asyncio::Ok(())
        });
        block.await?;
        trace!("depth {depth}");
        Ok(())
    }

    async fn main() -> Result<()> {
        outcome("tree", tree(3)).await
    }

    run(main());
}

fn a_group_is_entered_in_the_cleanup_of_another() {
    async fn main() -> Result<()> {
        let cleanup = async |group: &TaskGroup| {
            group.create_task(value("cleanup", 1))?;
            asyncio::Ok(())
        };
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(failure("a", 1))?;
            let slept = asyncio::sleep(10).await;
            watch("cleanup", TaskGroup::new().run(cleanup)).await?;
            slept
        });
        outcome("group", block).await
    }

    run(main());
}

// Timeouts.

fn a_group_under_a_timeout() {
    async fn main() -> Result<()> {
        let timeout = asyncio::timeout(2);
        let grouped = timeout.run(async |_| {
            let group = TaskGroup::new();
            let block = group.run(async |group| {
                group.create_task(value(1, 1))?;
                group.create_task(value(2, 10))?;
                asyncio::Ok(())
            });
            watch("group", block).await
        });
        outcome("timeout", grouped).await?;
        show("cancelling", cancelling());
        Ok(())
    }

    run(main());
}

fn a_failing_group_under_a_timeout() {
    async fn main() -> Result<()> {
        let timeout = asyncio::timeout(1);
        let grouped = timeout.run(async |_| {
            let group = TaskGroup::new();
            let block = group.run(async |group| {
                group.create_task(failing_cleanup("a", 0))?;
                watch("body", asyncio::sleep(10)).await
            });
            watch("group", block).await
        });
        outcome("timeout", grouped).await?;
        show("timeout", timeout);
        show("cancelling", cancelling());
        outcome("sleep", asyncio::sleep(0)).await
    }

    run(main());
}

fn a_failure_and_a_deadline_at_once() {
    async fn main() -> Result<()> {
        let timeout = asyncio::timeout(1);
        let grouped = timeout.run(async |_| {
            let group = TaskGroup::new();
            let block = group.run(async |group| {
                group.create_task(failure("a", 1))?;
                watch("body", asyncio::sleep(10)).await
            });
            watch("group", block).await
        });
        outcome("timeout", grouped).await?;
        show("timeout", timeout);
        show("cancelling", cancelling());
        outcome("sleep", asyncio::sleep(0)).await
    }

    run(main());
}

fn a_timeout_in_a_group() {
    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(value(1, 3))?;
            asyncio::timeout(1).run(async |_| value("body", 10).await).await?;
            asyncio::Ok(())
        });
        outcome("group", block).await?;
        show("cancelling", cancelling());
        Ok(())
    }

    run(main());
}

fn a_timeout_in_a_child() {
    async fn child() -> Result<()> {
        asyncio::timeout(1).run(async |_| value("child", 10).await).await?;
        Ok(())
    }

    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(value(1, 3))?;
            group.create_task(child())?;
            watch("body", asyncio::sleep(10)).await
        });
        outcome("group", block).await
    }

    run(main());
}

// Texts.

fn reprs_of_groups() {
    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        show("new", &group);
        let parent = current_task();
        let block = group.run(async |group| {
            show("entered", group);
            group.create_task(value(1, 0))?;
            group.create_task(failing_cleanup("a", 0))?;
            show("with tasks", group);
            asyncio::sleep(1).await?;
            show("with one task", group);
            let exiting = group.clone();
            asyncio::get_running_loop().call_later(1, move || show("exiting", exiting));
            asyncio::get_running_loop().call_later(2, move || parent.cancel());
            asyncio::Ok(())
        });
        outcome("group", block).await?;
        outcome("sleep", asyncio::sleep(0)).await
    }

    run(main());
}

fn reprs_of_children_and_parent() {
    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            let options = TaskOptions::new().name("child");
            let task = group.create_task_with(value(1, 2), options)?;
            show("child", task);
            let parent = current_task();
            asyncio::get_running_loop().call_later(1, move || show("parent", parent));
            asyncio::Ok(())
        });
        block.await
    }

    run(main());
}
