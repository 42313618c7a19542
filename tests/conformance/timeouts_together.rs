//! `timeout` within `timeout`, and deadlines when somebody else cancels, too.

use asyncio::{Result, Timeout};

use crate::blocks::{cancelling, current_task, oversleep};
use crate::trace::{outcome, run, show, watch};

crate::scenarios! { timeouts_together:
    the_inner_deadline_comes_first,
    the_outer_deadline_comes_first,
    equal_deadlines,
    equal_deadlines_of_three,
    equal_deadlines_of_which_the_inner_is_the_older,
    the_outer_deadline_comes_while_the_inner_block_cleans_up,
    a_timeout_inside_of_the_cleanup_of_another,
    a_wait_for_inside_of_a_timeout,
    a_cancellation_before_the_deadline,
    a_cancellation_right_before_the_deadline,
    a_cancellation_right_after_the_deadline,
    a_cancellation_while_the_body_cleans_up,
    a_cancellation_while_the_block_is_already_over,
    a_cancellation_counted_before_the_entry,
    a_cancellation_not_delivered_before_the_entry,
    a_body_that_cancels_its_own_task,
    a_body_that_cancels_its_own_task_and_returns,
    two_tasks_with_timeouts_of_their_own,
    a_gather_inside_of_a_timeout,
    a_shield_inside_of_a_timeout,
}

// One inside of the other.

fn the_inner_deadline_comes_first() {
    async fn main() -> Result<()> {
        let outer = asyncio::timeout(2);
        let block = outer.run(async |_| {
            outcome("inner block", asyncio::timeout(1).run(oversleep)).await?;
            show("cancelling", cancelling());
            watch("sleep", asyncio::sleep(0.5)).await?;
            asyncio::Ok("outer in time")
        });
        outcome("outer block", block).await
    }

    run(main());
}

fn the_outer_deadline_comes_first() {
    async fn main() -> Result<()> {
        let (inner, outer) = (asyncio::timeout(2), asyncio::timeout(1));
        let block = outer.run(async |_| watch("inner block", inner.run(oversleep)).await);
        outcome("outer block", block).await?;
        show("inner", inner);
        show("outer", outer);
        Ok(())
    }

    run(main());
}

fn equal_deadlines() {
    async fn main() -> Result<()> {
        let (inner, outer) = (asyncio::timeout(1), asyncio::timeout(1));
        let block = outer.run(async |_| watch("inner block", inner.run(oversleep)).await);
        outcome("outer block", block).await?;
        show("inner", inner);
        show("outer", outer);
        show("cancelling", cancelling());
        Ok(())
    }

    run(main());
}

fn equal_deadlines_of_three() {
    async fn main() -> Result<()> {
        let timeouts = [asyncio::timeout(1), asyncio::timeout(1), asyncio::timeout(1)];
        let innermost =
            async |_: &Timeout| watch("innermost block", timeouts[2].run(oversleep)).await;
        let inner = async |_: &Timeout| watch("inner block", timeouts[1].run(innermost)).await;
        outcome("outer block", timeouts[0].run(inner)).await?;
        for timeout in timeouts {
            show("timeout", timeout);
        }
        show("cancelling", cancelling());
        Ok(())
    }

    run(main());
}

fn equal_deadlines_of_which_the_inner_is_the_older() {
    async fn main() -> Result<()> {
        let (inner, outer) = (asyncio::timeout(2), asyncio::timeout(5));
        let oversleep_twice = async |_: &Timeout| {
            outer.reschedule(2)?;
            watch("sleep", asyncio::sleep(10)).await
        };
        let block = outer.run(async |_| watch("inner block", inner.run(oversleep_twice)).await);
        outcome("outer block", block).await?;
        show("inner", inner);
        show("outer", &outer);
        Ok(())
    }

    run(main());
}

fn the_outer_deadline_comes_while_the_inner_block_cleans_up() {
    async fn main() -> Result<()> {
        let (inner, outer) = (asyncio::timeout(1), asyncio::timeout(2));
        let cleaning = async |_: &Timeout| {
            outcome("sleep", asyncio::sleep(10)).await?;
            watch("cleanup", asyncio::sleep(5)).await
        };
        let block = outer.run(async |_| watch("inner block", inner.run(cleaning)).await);
        outcome("outer block", block).await?;
        show("inner", inner);
        show("outer", outer);
        show("cancelling", cancelling());
        Ok(())
    }

    run(main());
}

fn a_timeout_inside_of_the_cleanup_of_another() {
    async fn main() -> Result<()> {
        let timeout = asyncio::timeout(1);
        let block = timeout.run(async |_| {
            let slept = asyncio::sleep(10).await;
            outcome("cleanup", asyncio::timeout(1).run(oversleep)).await?;
            show("cancelling", cancelling());
            slept
        });
        outcome("block", block).await
    }

    run(main());
}

fn a_wait_for_inside_of_a_timeout() {
    async fn main() -> Result<()> {
        let timeout = asyncio::timeout(1.5);
        let block = timeout.run(async |_| {
            outcome("wait_for", asyncio::wait_for(asyncio::sleep(10), 1)).await?;
            watch("wait_for", asyncio::wait_for(asyncio::sleep(10), 1)).await
        });
        outcome("block", block).await
    }

    run(main());
}

// Somebody else cancels, too.

/// Oversleeps under a timeout, and then sleeps once more.
async fn limited(timeout: Timeout) -> Result<()> {
    outcome("block", timeout.run(oversleep)).await?;
    show("cancelling", cancelling());
    outcome("sleep", asyncio::sleep(0)).await
}

fn a_cancellation_before_the_deadline() {
    async fn watched(timeout: Timeout) -> Result<()> {
        let result = timeout.run(oversleep).await;
        show("cancelling", cancelling());
        result
    }

    async fn main() -> Result<()> {
        let timeout = asyncio::timeout(2);
        let task = asyncio::create_task(watched(timeout.clone()));
        asyncio::sleep(1).await?;
        task.cancel_with("from outside");
        outcome("task", task).await?;
        show("timeout", timeout);
        Ok(())
    }

    run(main());
}

fn a_cancellation_right_before_the_deadline() {
    async fn main() -> Result<()> {
        let timeout = asyncio::timeout(1);
        let task = asyncio::create_task(limited(timeout.clone()));
        let cancelled = task.clone();
        let cancel = move || cancelled.cancel_with("from outside");
        asyncio::get_running_loop().call_later(1, cancel);
        outcome("task", task).await?;
        show("timeout", timeout);
        Ok(())
    }

    run(main());
}

fn a_cancellation_right_after_the_deadline() {
    async fn main() -> Result<()> {
        let timeout = asyncio::timeout(1);
        let task = asyncio::create_task(limited(timeout.clone()));
        asyncio::sleep(0).await?;
        let cancelled = task.clone();
        let cancel = move || cancelled.cancel_with("from outside");
        asyncio::get_running_loop().call_later(1, cancel);
        outcome("task", task).await?;
        show("timeout", timeout);
        Ok(())
    }

    run(main());
}

fn a_cancellation_while_the_body_cleans_up() {
    async fn cleaning(timeout: Timeout) -> Result<()> {
        let block = timeout.run(async |_| {
            outcome("sleep", asyncio::sleep(10)).await?;
            watch("cleanup", asyncio::sleep(10)).await
        });
        outcome("block", block).await?;
        show("cancelling", cancelling());
        Ok(())
    }

    async fn main() -> Result<()> {
        let timeout = asyncio::timeout(1);
        let task = asyncio::create_task(cleaning(timeout.clone()));
        asyncio::sleep(2).await?;
        task.cancel_with("from outside");
        outcome("task", task).await?;
        show("timeout", timeout);
        Ok(())
    }

    run(main());
}

fn a_cancellation_while_the_block_is_already_over() {
    async fn going_on() -> Result<()> {
        outcome("block", asyncio::timeout(1).run(oversleep)).await?;
        show("cancelling", cancelling());
        watch("after the block", asyncio::sleep(10)).await
    }

    async fn main() -> Result<()> {
        let task = asyncio::create_task(going_on());
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
        show("cancelling", cancelling());
        outcome("block", asyncio::timeout(1).run(oversleep)).await?;
        show("cancelling", cancelling());
        Ok(())
    }

    run(main());
}

fn a_cancellation_not_delivered_before_the_entry() {
    async fn main() -> Result<()> {
        current_task().cancel_with("earlier");
        let timeout = asyncio::timeout(1);
        outcome("block", timeout.run(oversleep)).await?;
        show("timeout", timeout);
        show("cancelling", cancelling());
        Ok(())
    }

    run(main());
}

fn a_body_that_cancels_its_own_task() {
    async fn main() -> Result<()> {
        let timeout = asyncio::timeout(1);
        let block = timeout.run(async |_| {
            current_task().cancel_with("own");
            watch("sleep", asyncio::sleep(10)).await
        });
        outcome("block", block).await?;
        show("timeout", timeout);
        show("cancelling", cancelling());
        Ok(())
    }

    run(main());
}

fn a_body_that_cancels_its_own_task_and_returns() {
    async fn main() -> Result<()> {
        let timeout = asyncio::timeout(0);
        let block = timeout.run(async |_| {
            current_task().cancel_with("own");
            asyncio::Ok("returned")
        });
        outcome("block", block).await?;
        outcome("sleep", asyncio::sleep(0)).await?;
        show("cancelling", cancelling());
        Ok(())
    }

    run(main());
}

// In company.

fn two_tasks_with_timeouts_of_their_own() {
    async fn sleeper(name: &str, delay: i32) -> Result<()> {
        let timeout = asyncio::timeout(delay);
        timeout.run(async |_| watch(name, asyncio::sleep(10)).await).await
    }

    async fn main() -> Result<()> {
        let tasks = [sleeper("first", 2), sleeper("second", 1)].map(asyncio::create_task);
        asyncio::wait(&tasks).await?;
        for task in tasks {
            outcome("task", task).await?;
        }
        Ok(())
    }

    run(main());
}

fn a_gather_inside_of_a_timeout() {
    async fn child(name: &'static str, delay: i32) -> Result<&'static str> {
        watch(name, asyncio::sleep_with(delay, name)).await
    }

    async fn main() -> Result<()> {
        let timeout = asyncio::timeout(2);
        let block = timeout.run(async |_| {
            let children = (child("fast", 1), child("slow", 3));
            watch("gather", asyncio::gather(children)).await
        });
        outcome("block", block).await
    }

    run(main());
}

fn a_shield_inside_of_a_timeout() {
    async fn main() -> Result<()> {
        let inner = asyncio::create_task(asyncio::sleep_with(2, "shielded"));
        let timeout = asyncio::timeout(1);
        let block = timeout.run(async |_| watch("shield", asyncio::shield(inner.clone())).await);
        outcome("block", block).await?;
        outcome("inner", inner).await
    }

    run(main());
}
