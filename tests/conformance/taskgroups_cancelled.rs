//! `TaskGroup` whose task is cancelled from outside.

use asyncio::{Result, Task, TaskGroup, ValueError};

use crate::blocks::{cancelling, current_task, failing_cleanup, failure, slow_cleanup, value};
use crate::trace::{outcome, run, show, watch};

crate::scenarios! { taskgroups_cancelled:
    a_cancellation_of_the_body,
    a_cancellation_while_the_group_waits,
    a_cancellation_that_the_body_swallows,
    a_cancellation_again_and_again,
    a_cancellation_of_the_body_and_again_while_the_group_waits,
    a_cancellation_of_which_a_child_makes_a_failure,
    a_cancellation_of_which_the_body_makes_a_failure,
    a_cancellation_right_before_the_failure,
    a_cancellation_right_after_the_failure,
    a_cancellation_after_the_group_has_cancelled_the_body,
    a_cancellation_while_a_failed_group_waits,
    a_cancellation_counted_before_the_entry,
    the_parent_is_cancelled_when_the_last_child_is_done,
}

fn a_cancellation_of_the_body() {
    async fn grouping() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(value(1, 10))?;
            watch("body", asyncio::sleep(10)).await
        });
        let result = watch("group", block).await;
        show("cancelling", cancelling());
        result
    }

    async fn main() -> Result<()> {
        let task = asyncio::create_task(grouping());
        asyncio::sleep(1).await?;
        task.cancel_with("from outside");
        outcome("task", task).await
    }

    run(main());
}

fn a_cancellation_while_the_group_waits() {
    async fn grouping() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(value(1, 10))?;
            group.create_task(value(2, 10))?;
            asyncio::Ok(())
        });
        let result = watch("group", block).await;
        show("cancelling", cancelling());
        result
    }

    async fn main() -> Result<()> {
        let task = asyncio::create_task(grouping());
        asyncio::sleep(1).await?;
        task.cancel_with("from outside");
        outcome("task", task).await
    }

    run(main());
}

fn a_cancellation_that_the_body_swallows() {
    async fn grouping() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(value(1, 2))?;
            outcome("body", asyncio::sleep(10)).await
        });
        watch("group", block).await?;
        show("cancelling", cancelling());
        Ok(())
    }

    async fn main() -> Result<()> {
        let task = asyncio::create_task(grouping());
        asyncio::sleep(1).await?;
        task.cancel_with("from outside");
        outcome("task", task).await
    }

    run(main());
}

fn a_cancellation_again_and_again() {
    async fn insisting() -> Result<()> {
        for attempt in 0..3 {
            outcome(&format!("attempt {attempt}"), asyncio::sleep(10)).await?;
        }
        Ok(())
    }

    async fn grouping() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(insisting())?;
            asyncio::Ok(())
        });
        let result = watch("group", block).await;
        show("cancelling", cancelling());
        result
    }

    async fn main() -> Result<()> {
        let task = asyncio::create_task(grouping());
        for reason in ["first", "second", "third"] {
            asyncio::sleep(1).await?;
            task.cancel_with(reason);
        }
        outcome("task", task).await
    }

    run(main());
}

fn a_cancellation_of_the_body_and_again_while_the_group_waits() {
    async fn grouping() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(slow_cleanup(1, 5))?;
            watch("body", asyncio::sleep(10)).await
        });
        let result = watch("group", block).await;
        show("cancelling", cancelling());
        result
    }

    async fn main() -> Result<()> {
        let task = asyncio::create_task(grouping());
        for reason in ["first", "second"] {
            asyncio::sleep(1).await?;
            task.cancel_with(reason);
        }
        outcome("task", task).await
    }

    run(main());
}

fn a_cancellation_of_which_a_child_makes_a_failure() {
    async fn grouping() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(failing_cleanup("a", 0))?;
            watch("body", asyncio::sleep(10)).await
        });
        outcome("group", block).await?;
        show("cancelling", cancelling());
        watch("next await", asyncio::sleep(0)).await
    }

    async fn main() -> Result<()> {
        let task = asyncio::create_task(grouping());
        asyncio::sleep(1).await?;
        task.cancel_with("from outside");
        outcome("task", task).await
    }

    run(main());
}

fn a_cancellation_of_which_the_body_makes_a_failure() {
    async fn grouping() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(value(1, 10))?;
            outcome("body", asyncio::sleep(10)).await?;
            Err(ValueError("instead"))
        });
        outcome("group", block).await?;
        show("cancelling", cancelling());
        watch("next await", asyncio::sleep(0)).await
    }

    async fn main() -> Result<()> {
        let task = asyncio::create_task(grouping());
        asyncio::sleep(1).await?;
        task.cancel_with("from outside");
        outcome("task", task).await
    }

    run(main());
}

async fn grouping_a_failure() -> Result<()> {
    let group = TaskGroup::new();
    let block = group.run(async |group| {
        group.create_task(failure("a", 1))?;
        watch("body", asyncio::sleep(10)).await
    });
    outcome("group", block).await?;
    show("cancelling", cancelling());
    watch("next await", asyncio::sleep(0)).await
}

fn a_cancellation_right_before_the_failure() {
    async fn main() -> Result<()> {
        let task = asyncio::create_task(grouping_a_failure());
        let cancelled = task.clone();
        let cancel = move || cancelled.cancel_with("from outside");
        asyncio::get_running_loop().call_later(1, cancel);
        outcome("task", task).await
    }

    run(main());
}

fn a_cancellation_right_after_the_failure() {
    async fn main() -> Result<()> {
        let task = asyncio::create_task(grouping_a_failure());
        // The child runs first, and the group learns of its failure in the next iteration.
        asyncio::sleep(1).await?;
        asyncio::sleep(0).await?;
        task.cancel_with("from outside");
        outcome("task", task).await
    }

    run(main());
}

fn a_cancellation_after_the_group_has_cancelled_the_body() {
    async fn main() -> Result<()> {
        let task = asyncio::create_task(grouping_a_failure());
        asyncio::sleep(1).await?;
        for _ in 0..2 {
            asyncio::sleep(0).await?;
        }
        show("cancel", task.cancel_with("from outside"));
        outcome("task", task).await
    }

    run(main());
}

fn a_cancellation_while_a_failed_group_waits() {
    async fn grouping() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(slow_cleanup(1, 5))?;
            group.create_task(failure("a", 1))?;
            watch("body", asyncio::sleep(10)).await
        });
        outcome("group", block).await?;
        show("cancelling", cancelling());
        watch("next await", asyncio::sleep(0)).await
    }

    async fn main() -> Result<()> {
        let task = asyncio::create_task(grouping());
        asyncio::sleep(2).await?;
        task.cancel_with("from outside");
        outcome("task", task).await
    }

    run(main());
}

fn a_cancellation_counted_before_the_entry() {
    async fn main() -> Result<()> {
        current_task().cancel_with("earlier");
        outcome("sleep", asyncio::sleep(0)).await?;
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(failure("a", 1))?;
            watch("body", asyncio::sleep(10)).await
        });
        outcome("group", block).await?;
        show("cancelling", cancelling());
        outcome("next await", asyncio::sleep(0)).await
    }

    run(main());
}

fn the_parent_is_cancelled_when_the_last_child_is_done() {
    async fn grouping() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            let task = group.create_task(value(1, 1))?;
            let parent = current_task();
            asyncio::sleep(0).await?;
            task.add_done_callback(move |_: &Task<_>| show("cancel", parent.cancel_with("late")));
            asyncio::Ok(())
        });
        watch("group", block).await
    }

    async fn main() -> Result<()> {
        outcome("task", asyncio::create_task(grouping())).await
    }

    run(main());
}
