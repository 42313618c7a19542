//! `TaskGroup::cancel`: the group ends early, and nobody fails.

use asyncio::{KeyboardInterrupt, Result, Task, TaskGroup, ValueError};

use crate::blocks::{
    briefly, cancelling, current_task, failing_cleanup, failure, never, slow_cleanup, stubborn,
    value,
};
use crate::trace::{attempt, iteration, outcome, run, show, state, trace, watch};

crate::scenarios! { taskgroups_cancel:
    before_the_entry,
    before_the_entry_of_a_body_that_does_not_suspend,
    by_the_body_before_there_are_children,
    by_the_body_before_the_children_started,
    by_the_body_when_the_children_run,
    by_a_child_while_the_body_runs,
    by_a_child_while_the_group_waits,
    by_a_callback,
    by_another_task_twice,
    by_the_last_child_on_its_way_out,
    when_all_children_are_done_and_the_body_still_waits,
    after_the_end,
    after_the_end_of_a_group_that_was_cancelled,
    by_the_winner_of_a_race,
    a_body_that_swallows_it,
    a_child_that_swallows_it,
    a_child_that_fails_because_of_it,
    a_child_that_cancels_the_group_and_fails,
    a_body_that_cancels_the_group_and_fails,
    a_body_that_fails_because_of_it,
    a_group_that_failed_before,
    a_body_that_exits_because_of_it,
    a_cancellation_from_outside_before,
    a_cancellation_from_outside_at_the_same_time,
    a_cancellation_from_outside_while_the_children_clean_up,
    cancellations_from_outside_while_the_children_clean_up,
    cancellations_from_outside_before_and_after,
    a_cancellation_from_outside_when_the_body_is_over,
    cancellations_from_outside_when_the_body_is_over,
    cancellations_from_outside_before_and_after_when_the_body_is_over,
    a_cancellation_from_outside_right_after,
    a_cancellation_from_outside_right_after_while_the_group_waits,
    a_body_that_cancels_its_own_task_as_well,
    a_cancellation_counted_before_the_entry,
    a_cancellation_counted_before_a_body_that_swallows,
    a_timeout_around_it,
    the_inner_group_is_cancelled,
    the_outer_group_is_cancelled_by_the_inner_body,
    both_groups_are_cancelled,
    the_group_of_a_child_is_cancelled_from_the_parent,
}

/// Runs a group, and writes how it ended and what it has left.
async fn ended(group: &TaskGroup, body: impl AsyncFnOnce(&TaskGroup) -> Result<()>) -> Result<()> {
    let before = iteration();
    outcome("group", group.run(body)).await?;
    trace!("{} iterations, cancelling {}, {group:?}", iteration() - before, cancelling());
    outcome("next await", asyncio::sleep(0)).await
}

// By whom and when.

fn before_the_entry() {
    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        group.cancel();
        show("group", &group);
        let body = async |group: &TaskGroup| {
            show("group", group);
            show("cancelling", cancelling());
            attempt("create_task", || group.create_task(never()));
            watch("body", asyncio::sleep(10)).await
        };
        ended(&group, body).await
    }

    run(main());
}

fn before_the_entry_of_a_body_that_does_not_suspend() {
    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        group.cancel();
        group.cancel();
        let body = async |_: &TaskGroup| {
            trace!("body");
            Ok(())
        };
        ended(&group, body).await
    }

    run(main());
}

fn by_the_body_before_there_are_children() {
    async fn main() -> Result<()> {
        let body = async |group: &TaskGroup| {
            group.cancel();
            show("group", group);
            watch("body", asyncio::sleep(10)).await
        };
        ended(&TaskGroup::new(), body).await
    }

    run(main());
}

fn by_the_body_before_the_children_started() {
    async fn main() -> Result<()> {
        let body = async |group: &TaskGroup| {
            group.create_task(never())?;
            group.cancel();
            Ok(())
        };
        ended(&TaskGroup::new(), body).await
    }

    run(main());
}

fn by_the_body_when_the_children_run() {
    async fn main() -> Result<()> {
        let mut tasks = Vec::new();
        let body = async |group: &TaskGroup| {
            tasks.push(group.create_task(value(1, 10))?);
            tasks.push(group.create_task(value(2, 1))?);
            asyncio::sleep(2).await?;
            group.cancel();
            trace!("the body goes on");
            watch("body", asyncio::sleep(10)).await
        };
        ended(&TaskGroup::new(), body).await?;
        for task in tasks {
            outcome("task", task).await?;
        }
        Ok(())
    }

    run(main());
}

fn by_a_child_while_the_body_runs() {
    async fn child(group: TaskGroup) -> Result<()> {
        asyncio::sleep(1).await?;
        group.cancel();
        watch("child", asyncio::sleep(10)).await
    }

    async fn main() -> Result<()> {
        let body = async |group: &TaskGroup| {
            group.create_task(value(1, 10))?;
            group.create_task(child(group.clone()))?;
            watch("body", asyncio::sleep(10)).await
        };
        ended(&TaskGroup::new(), body).await
    }

    run(main());
}

fn by_a_child_while_the_group_waits() {
    async fn child(group: TaskGroup) -> Result<&'static str> {
        asyncio::sleep(1).await?;
        group.cancel();
        Ok("returned")
    }

    async fn main() -> Result<()> {
        let mut tasks = Vec::new();
        let body = async |group: &TaskGroup| {
            group.create_task(value(1, 10))?;
            tasks.push(group.create_task(child(group.clone()))?);
            Ok(())
        };
        ended(&TaskGroup::new(), body).await?;
        outcome("child", &tasks[0]).await
    }

    run(main());
}

fn by_a_callback() {
    async fn main() -> Result<()> {
        let body = async |group: &TaskGroup| {
            let cancelled = group.clone();
            asyncio::get_running_loop().call_later(1, move || cancelled.cancel());
            group.create_task(value(1, 10))?;
            Ok(())
        };
        ended(&TaskGroup::new(), body).await
    }

    run(main());
}

fn by_another_task_twice() {
    async fn grouping(group: TaskGroup) -> Result<()> {
        let body = async |group: &TaskGroup| {
            group.create_task(slow_cleanup(1, 5))?;
            watch("body", asyncio::sleep(10)).await
        };
        ended(&group, body).await
    }

    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        let task = asyncio::create_task(grouping(group.clone()));
        for _ in 0..3 {
            asyncio::sleep(1).await?;
            group.cancel();
            show("group", &group);
            show("cancelling", task.cancelling());
        }
        outcome("task", task).await
    }

    run(main());
}

fn by_the_last_child_on_its_way_out() {
    async fn child(group: TaskGroup) -> Result<()> {
        asyncio::sleep(1).await?;
        group.cancel();
        Ok(())
    }

    async fn main() -> Result<()> {
        let body = async |group: &TaskGroup| {
            group.create_task(child(group.clone()))?;
            Ok(())
        };
        ended(&TaskGroup::new(), body).await
    }

    run(main());
}

fn when_all_children_are_done_and_the_body_still_waits() {
    async fn main() -> Result<()> {
        let body = async |group: &TaskGroup| {
            let task = group.create_task(value(1, 1))?;
            let cancelled = group.clone();
            task.add_done_callback(move |_: &Task<_>| cancelled.cancel());
            Ok(())
        };
        ended(&TaskGroup::new(), body).await
    }

    run(main());
}

fn after_the_end() {
    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        ended(&group, briefly).await?;
        group.cancel();
        show("group", &group);
        show("cancelling", cancelling());
        attempt("create_task", || group.create_task(never()));
        Ok(())
    }

    run(main());
}

fn after_the_end_of_a_group_that_was_cancelled() {
    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        let body = async |group: &TaskGroup| {
            group.cancel();
            asyncio::sleep(10).await
        };
        ended(&group, body).await?;
        group.cancel();
        outcome("sleep", asyncio::sleep(0)).await?;
        attempt("create_task", || group.create_task(never()));
        Ok(())
    }

    run(main());
}

fn by_the_winner_of_a_race() {
    async fn racer(group: TaskGroup, name: &str, delay: i32) -> Result<()> {
        watch(name, asyncio::sleep(delay)).await?;
        trace!("{name} wins");
        group.cancel();
        Ok(())
    }

    async fn main() -> Result<()> {
        let body = async |group: &TaskGroup| {
            for (name, delay) in [("tortoise", 2), ("hare", 1), ("rabbit", 1)] {
                group.create_task(racer(group.clone(), name, delay))?;
            }
            Ok(())
        };
        ended(&TaskGroup::new(), body).await
    }

    run(main());
}

// Who does not obey.

fn a_body_that_swallows_it() {
    async fn main() -> Result<()> {
        let body = async |group: &TaskGroup| {
            group.create_task(value(1, 10))?;
            group.cancel();
            outcome("first", asyncio::sleep(10)).await?;
            outcome("second", asyncio::sleep(1)).await
        };
        ended(&TaskGroup::new(), body).await
    }

    run(main());
}

fn a_child_that_swallows_it() {
    async fn main() -> Result<()> {
        let body = async |group: &TaskGroup| {
            group.create_task(stubborn("stubborn", 2))?;
            asyncio::sleep(1).await?;
            group.cancel();
            Ok(())
        };
        ended(&TaskGroup::new(), body).await
    }

    run(main());
}

fn a_child_that_fails_because_of_it() {
    async fn main() -> Result<()> {
        let body = async |group: &TaskGroup| {
            group.create_task(failing_cleanup("a", 1))?;
            asyncio::sleep(1).await?;
            group.cancel();
            watch("body", asyncio::sleep(10)).await
        };
        ended(&TaskGroup::new(), body).await
    }

    run(main());
}

fn a_child_that_cancels_the_group_and_fails() {
    async fn child(group: TaskGroup) -> Result<()> {
        group.cancel();
        Err(ValueError("child"))
    }

    async fn main() -> Result<()> {
        let body = async |group: &TaskGroup| {
            group.create_task(child(group.clone()))?;
            watch("body", asyncio::sleep(10)).await
        };
        ended(&TaskGroup::new(), body).await
    }

    run(main());
}

fn a_body_that_cancels_the_group_and_fails() {
    async fn main() -> Result<()> {
        let body = async |group: &TaskGroup| {
            group.create_task(value(1, 10))?;
            group.cancel();
            Err(ValueError("body"))
        };
        ended(&TaskGroup::new(), body).await
    }

    run(main());
}

fn a_body_that_fails_because_of_it() {
    async fn main() -> Result<()> {
        let body = async |group: &TaskGroup| {
            group.cancel();
            outcome("sleep", asyncio::sleep(10)).await?;
            Err(ValueError("instead"))
        };
        ended(&TaskGroup::new(), body).await
    }

    run(main());
}

fn a_group_that_failed_before() {
    async fn main() -> Result<()> {
        let body = async |group: &TaskGroup| {
            group.create_task(failure("a", 1))?;
            group.create_task(slow_cleanup(1, 2))?;
            let cancelled = group.clone();
            asyncio::get_running_loop().call_later(2, move || cancelled.cancel());
            watch("body", asyncio::sleep(10)).await
        };
        ended(&TaskGroup::new(), body).await
    }

    run(main());
}

fn a_body_that_exits_because_of_it() {
    async fn main() -> Result<()> {
        let body = async |group: &TaskGroup| {
            group.cancel();
            outcome("body", asyncio::sleep(0)).await?;
            Err(KeyboardInterrupt())
        };
        ended(&TaskGroup::new(), body).await
    }

    run(main());
}

// Others cancel, too.

/// Cancels the group after a second, and its task after each of these delays.
async fn cancelled_from_outside(delays: &[f64], patience: f64) -> Result<()> {
    let group = TaskGroup::new();
    let entered = group.clone();
    let task = asyncio::create_task(async move {
        let block = entered.run(async |group| {
            group.create_task(slow_cleanup(1, 3))?;
            watch("body", asyncio::sleep(patience)).await
        });
        watch("group", block).await?;
        show("cancelling", cancelling());
        watch("next await", asyncio::sleep(0)).await
    });
    asyncio::sleep(0).await?;
    let loop_ = asyncio::get_running_loop();
    for &delay in delays {
        let (task, reason) = (task.clone(), format!("from outside at {delay:?}"));
        loop_.call_later(delay, move || task.cancel_with(reason));
    }
    loop_.call_later(1, move || group.cancel());
    outcome("task", &task).await?;
    state("task", &task);
    Ok(())
}

fn a_cancellation_from_outside_before() {
    run(cancelled_from_outside(&[0.5], 10.0));
}

fn a_cancellation_from_outside_at_the_same_time() {
    run(cancelled_from_outside(&[1.0], 10.0));
}

fn a_cancellation_from_outside_while_the_children_clean_up() {
    run(cancelled_from_outside(&[2.0], 10.0));
}

fn cancellations_from_outside_while_the_children_clean_up() {
    run(cancelled_from_outside(&[2.0, 3.0], 10.0));
}

fn cancellations_from_outside_before_and_after() {
    run(cancelled_from_outside(&[0.5, 2.0], 10.0));
}

fn a_cancellation_from_outside_when_the_body_is_over() {
    run(cancelled_from_outside(&[2.0], 0.25));
}

fn cancellations_from_outside_when_the_body_is_over() {
    run(cancelled_from_outside(&[2.0, 3.0], 0.25));
}

fn cancellations_from_outside_before_and_after_when_the_body_is_over() {
    run(cancelled_from_outside(&[0.5, 1.0, 2.0], 0.25));
}

fn a_cancellation_from_outside_right_after() {
    async fn grouping(group: TaskGroup) -> Result<()> {
        let block = group.run(async |group| {
            group.create_task(value(1, 10))?;
            watch("body", asyncio::sleep(10)).await
        });
        watch("group", block).await
    }

    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        let task = asyncio::create_task(grouping(group.clone()));
        asyncio::sleep(1).await?;
        group.cancel();
        show("cancel", task.cancel_with("right after"));
        outcome("task", &task).await?;
        state("task", &task);
        Ok(())
    }

    run(main());
}

fn a_cancellation_from_outside_right_after_while_the_group_waits() {
    async fn grouping(group: TaskGroup) -> Result<()> {
        let block = group.run(async |group| {
            group.create_task(value(1, 10))?;
            asyncio::Ok(())
        });
        watch("group", block).await
    }

    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        let task = asyncio::create_task(grouping(group.clone()));
        asyncio::sleep(1).await?;
        group.cancel();
        show("cancel", task.cancel_with("right after"));
        outcome("task", &task).await?;
        state("task", &task);
        Ok(())
    }

    run(main());
}

fn a_body_that_cancels_its_own_task_as_well() {
    async fn main() -> Result<()> {
        let body = async |group: &TaskGroup| {
            group.cancel();
            current_task().cancel_with("own");
            watch("body", asyncio::sleep(10)).await
        };
        ended(&TaskGroup::new(), body).await
    }

    run(main());
}

fn a_cancellation_counted_before_the_entry() {
    async fn main() -> Result<()> {
        current_task().cancel_with("earlier");
        outcome("sleep", asyncio::sleep(0)).await?;
        let body = async |group: &TaskGroup| {
            group.create_task(value(1, 10))?;
            group.cancel();
            watch("body", asyncio::sleep(10)).await
        };
        ended(&TaskGroup::new(), body).await
    }

    run(main());
}

fn a_cancellation_counted_before_a_body_that_swallows() {
    async fn main() -> Result<()> {
        current_task().cancel_with("earlier");
        outcome("sleep", asyncio::sleep(0)).await?;
        let body = async |group: &TaskGroup| {
            group.create_task(value(1, 10))?;
            asyncio::sleep(1).await?;
            group.cancel();
            Ok(())
        };
        ended(&TaskGroup::new(), body).await
    }

    run(main());
}

fn a_timeout_around_it() {
    async fn main() -> Result<()> {
        for limit in [10, 3] {
            let timeout = asyncio::timeout(limit);
            let grouped = timeout.run(async |_| {
                let group = TaskGroup::new();
                let block = group.run(async |group| {
                    group.create_task(slow_cleanup(1, 5))?;
                    asyncio::sleep(1).await?;
                    group.cancel();
                    watch("body", asyncio::sleep(10)).await
                });
                watch("group", block).await
            });
            outcome("timeout", grouped).await?;
            show("cancelling", cancelling());
        }
        Ok(())
    }

    run(main());
}

// Groups within groups.

fn the_inner_group_is_cancelled() {
    async fn main() -> Result<()> {
        let inner = async |group: &TaskGroup| {
            group.create_task(value(2, 10))?;
            group.cancel();
            watch("inner body", asyncio::sleep(10)).await
        };
        let outer = async |group: &TaskGroup| {
            group.create_task(value(1, 2))?;
            watch("inner group", TaskGroup::new().run(inner)).await?;
            watch("outer body", asyncio::sleep(1)).await
        };
        ended(&TaskGroup::new(), outer).await
    }

    run(main());
}

fn the_outer_group_is_cancelled_by_the_inner_body() {
    async fn main() -> Result<()> {
        let outer = async |outer_group: &TaskGroup| {
            let inner = async |group: &TaskGroup| {
                group.create_task(value(2, 10))?;
                outer_group.cancel();
                watch("inner body", asyncio::sleep(10)).await
            };
            outer_group.create_task(value(1, 10))?;
            watch("inner group", TaskGroup::new().run(inner)).await
        };
        ended(&TaskGroup::new(), outer).await
    }

    run(main());
}

fn both_groups_are_cancelled() {
    async fn main() -> Result<()> {
        let outer = async |outer_group: &TaskGroup| {
            let inner = async |group: &TaskGroup| {
                group.create_task(value(2, 10))?;
                asyncio::sleep(1).await?;
                group.cancel();
                outer_group.cancel();
                watch("inner body", asyncio::sleep(10)).await
            };
            outer_group.create_task(value(1, 10))?;
            watch("inner group", TaskGroup::new().run(inner)).await?;
            watch("outer body", asyncio::sleep(10)).await
        };
        ended(&TaskGroup::new(), outer).await
    }

    run(main());
}

fn the_group_of_a_child_is_cancelled_from_the_parent() {
    async fn child(inner: TaskGroup) -> Result<()> {
        let block = inner.run(async |group| {
            group.create_task(value(2, 10))?;
            watch("inner body", asyncio::sleep(10)).await
        });
        watch("inner group", block).await?;
        watch("child", asyncio::sleep(1)).await
    }

    async fn main() -> Result<()> {
        let inner = TaskGroup::new();
        let outer = async |group: &TaskGroup| {
            group.create_task(child(inner.clone()))?;
            asyncio::sleep(1).await?;
            inner.cancel();
            Ok(())
        };
        ended(&TaskGroup::new(), outer).await
    }

    run(main());
}
