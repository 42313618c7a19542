//! `timeout`: deadlines, and what becomes of results and exceptions.

use asyncio::{Error, ExceptionGroup, Future, Result, RuntimeError, TimeoutError, ValueError};

use crate::blocks::{
    ancestors, ancestry, briefly, cancelling, current_task, first_step, oversleep,
};
use crate::trace::{
    attempt, iteration, new_event_loop, outcome, run, run_forever, show, state, stop_at, trace,
    watch,
};

crate::scenarios! { timeouts:
    a_block_in_time,
    a_block_too_late,
    the_timer_is_cancelled_at_the_end_of_the_block,
    a_deadline_on_the_clock_of_the_loop,
    no_deadline,
    the_delay_counts_from_the_making_not_from_the_entry,
    a_failure_before_the_deadline_is_a_failure,
    zero_seconds_run_to_the_first_suspension,
    zero_seconds_are_enough_without_a_suspension,
    a_deadline_that_passes_without_a_suspension,
    the_value_is_ready_when_the_deadline_comes,
    a_swallowed_cancellation,
    a_cleanup_takes_its_time,
    a_task_that_swallows_the_cancellation_returns_its_value,
    an_uncancelled_body_hides_the_next_request,
    the_timeout_comes_from_the_cancellation,
    a_failure_while_handling_the_cancellation,
    a_failure_while_handling_a_failure_while_handling_the_cancellation,
    a_failure_after_the_cancellation_was_handled,
    a_failure_while_handling_somebody_elses_cancellation,
    a_group_of_failures_while_handling_the_cancellation,
    a_group_within_a_group_is_not_looked_into,
    a_deadline_moves,
    a_deadline_moves_into_the_past,
    a_deadline_moves_many_times,
    somebody_else_moves_the_deadline,
    a_deadline_that_moves_when_it_has_come,
    what_cannot_be_rescheduled,
    a_timeout_is_entered_once,
    a_timeout_needs_a_task,
    a_delay_needs_a_loop,
    reprs_of_timeouts,
}

fn create_future() -> Future<&'static str> {
    asyncio::get_running_loop().create_future()
}

// In time and too late.

fn a_block_in_time() {
    async fn main() -> Result<()> {
        let timeout = asyncio::timeout(2);
        let block = timeout.run(async |timeout| {
            show("when", timeout.when());
            asyncio::sleep(1).await?;
            show("expired", timeout.expired());
            asyncio::Ok("in time")
        });
        outcome("block", block).await?;
        show("when", timeout.when());
        show("expired", timeout.expired());
        Ok(())
    }

    run(main());
}

fn a_block_too_late() {
    async fn main() -> Result<()> {
        let timeout = asyncio::timeout(2);
        outcome("block", timeout.run(oversleep)).await?;
        show("expired", timeout.expired());
        show("cancelling", cancelling());
        asyncio::sleep(0).await?;
        trace!("end");
        Ok(())
    }

    run(main());
}

fn the_timer_is_cancelled_at_the_end_of_the_block() {
    async fn main() -> Result<()> {
        asyncio::timeout(5).run(async |_| asyncio::sleep(1).await).await?;
        // Were the timer left, the loop would wake at 5.
        asyncio::sleep(10).await?;
        trace!("end");
        Ok(())
    }

    run(main());
}

fn a_deadline_on_the_clock_of_the_loop() {
    async fn main() -> Result<()> {
        asyncio::sleep(1).await?;
        for when in [2.5, 3.5] {
            let timeout = asyncio::timeout_at(when);
            outcome("block", timeout.run(oversleep)).await?;
            show("when", timeout.when());
        }
        Ok(())
    }

    run(main());
}

fn no_deadline() {
    async fn main() -> Result<()> {
        for timeout in [asyncio::timeout(None), asyncio::timeout_at(None)] {
            let block = timeout.run(async |timeout| {
                show("timeout", timeout);
                show("when", timeout.when());
                watch("sleep", asyncio::sleep(1000)).await
            });
            outcome("block", block).await?;
            show("when", timeout.when());
            show("expired", timeout.expired());
        }
        Ok(())
    }

    run(main());
}

fn the_delay_counts_from_the_making_not_from_the_entry() {
    async fn main() -> Result<()> {
        let timeout = asyncio::timeout(3);
        asyncio::sleep(2).await?;
        outcome("block", timeout.run(oversleep)).await?;
        let late = asyncio::timeout(1);
        asyncio::sleep(2).await?;
        let before = iteration();
        outcome("late", late.run(oversleep)).await?;
        show("iterations", iteration() - before);
        Ok(())
    }

    run(main());
}

fn a_failure_before_the_deadline_is_a_failure() {
    async fn main() -> Result<()> {
        for error in [ValueError("early"), TimeoutError("its own")] {
            let timeout = asyncio::timeout(1);
            ancestry("block", timeout.run(async |_| Err::<(), _>(error))).await?;
            show("timeout", timeout);
        }
        Ok(())
    }

    run(main());
}

// No time at all.

fn zero_seconds_run_to_the_first_suspension() {
    async fn main() -> Result<()> {
        for delay in [0, -1] {
            let timeout = asyncio::timeout(delay);
            let before = iteration();
            let block = timeout.run(async |_| {
                trace!("started");
                watch("sleep", asyncio::sleep(0)).await
            });
            outcome("block", block).await?;
            show("iterations", iteration() - before);
            show("expired", timeout.expired());
        }
        Ok(())
    }

    run(main());
}

fn zero_seconds_are_enough_without_a_suspension() {
    async fn main() -> Result<()> {
        let timeout = asyncio::timeout(0);
        let before = iteration();
        let block = timeout.run(async |_| {
            let future = create_future();
            future.set_result("done")?;
            outcome("future", future).await?;
            asyncio::Ok("in time")
        });
        outcome("block", block).await?;
        show("iterations", iteration() - before);
        show("expired", timeout.expired());
        asyncio::sleep(0).await?;
        show("cancelling", cancelling());
        Ok(())
    }

    run(main());
}

fn a_deadline_that_passes_without_a_suspension() {
    async fn main() -> Result<()> {
        let timeout = asyncio::timeout(5);
        let block = timeout.run(async |timeout| {
            asyncio::sleep(1).await?;
            timeout.reschedule(0.5)?;
            show("timeout", timeout);
            asyncio::Ok("not noticed")
        });
        outcome("block", block).await?;
        show("expired", timeout.expired());
        asyncio::sleep(0).await?;
        show("cancelling", cancelling());
        Ok(())
    }

    run(main());
}

fn the_value_is_ready_when_the_deadline_comes() {
    async fn main() -> Result<()> {
        let loop_ = asyncio::get_running_loop();
        let future = create_future();
        let setter = future.clone();
        loop_.call_later(1, move || setter.set_result("lost"));
        let timeout = asyncio::timeout(1);
        outcome("block", timeout.run(async |_| watch("future", &future).await)).await?;
        show("expired", timeout.expired());
        outcome("future", future).await
    }

    run(main());
}

// A body that does not obey.

fn a_swallowed_cancellation() {
    async fn main() -> Result<()> {
        let timeout = asyncio::timeout(1);
        let block = timeout.run(async |timeout| {
            outcome("sleep", asyncio::sleep(10)).await?;
            show("timeout", timeout);
            show("cancelling", cancelling());
            outcome("second sleep", asyncio::sleep(5)).await?;
            asyncio::Ok("in spite of it")
        });
        outcome("block", block).await?;
        show("expired", timeout.expired());
        show("cancelling", cancelling());
        outcome("third sleep", asyncio::sleep(0)).await
    }

    run(main());
}

fn a_cleanup_takes_its_time() {
    async fn main() -> Result<()> {
        let timeout = asyncio::timeout(1);
        let block = timeout.run(async |_| {
            let slept = asyncio::sleep(10).await;
            asyncio::sleep(2).await?;
            trace!("clean");
            slept
        });
        outcome("block", block).await
    }

    run(main());
}

fn a_task_that_swallows_the_cancellation_returns_its_value() {
    async fn stubborn() -> Result<&'static str> {
        outcome("sleep", asyncio::sleep(10)).await?;
        Ok("stubborn")
    }

    async fn main() -> Result<()> {
        let timeout = asyncio::timeout(1);
        let block = timeout.run(async |_| watch("task", asyncio::create_task(stubborn())).await);
        outcome("block", block).await?;
        show("expired", timeout.expired());
        Ok(())
    }

    run(main());
}

fn an_uncancelled_body_hides_the_next_request() {
    async fn main() -> Result<()> {
        let timeout = asyncio::timeout(1);
        let block = timeout.run(async |_| {
            outcome("sleep", asyncio::sleep(10)).await?;
            show("uncancel", current_task().uncancel());
            current_task().cancel_with("own");
            watch("second sleep", asyncio::sleep(10)).await
        });
        outcome("block", block).await?;
        show("cancelling", cancelling());
        Ok(())
    }

    run(main());
}

// Exceptions and their contexts.

fn the_timeout_comes_from_the_cancellation() {
    async fn main() -> Result<()> {
        ancestry("block", asyncio::timeout(1).run(oversleep)).await
    }

    run(main());
}

fn a_failure_while_handling_the_cancellation() {
    async fn main() -> Result<()> {
        let timeout = asyncio::timeout(1);
        let block = timeout.run(async |_| {
            let Err(cancelled) = asyncio::sleep(10).await else { return Ok(()) };
            Err(ValueError("in the cleanup").with_context(cancelled))
        });
        ancestry("block", block).await?;
        show("expired", timeout.expired());
        show("cancelling", cancelling());
        Ok(())
    }

    run(main());
}

fn a_failure_while_handling_a_failure_while_handling_the_cancellation() {
    async fn main() -> Result<()> {
        let timeout = asyncio::timeout(1);
        let block = timeout.run(async |_| {
            let Err(cancelled) = asyncio::sleep(10).await else { return Ok(()) };
            let first = ValueError("first").with_context(cancelled);
            Err(RuntimeError("second").with_context(first))
        });
        ancestry("block", block).await
    }

    run(main());
}

fn a_failure_after_the_cancellation_was_handled() {
    async fn main() -> Result<()> {
        let timeout = asyncio::timeout(1);
        let block = timeout.run(async |_| {
            let _handled = asyncio::sleep(10).await;
            Err::<(), _>(ValueError("unrelated"))
        });
        ancestry("block", block).await?;
        show("expired", timeout.expired());
        Ok(())
    }

    run(main());
}

fn a_failure_while_handling_somebody_elses_cancellation() {
    async fn main() -> Result<()> {
        let timeout = asyncio::timeout(1);
        let block = timeout.run(async |_| {
            let Err(cancelled) = asyncio::sleep(10).await else { return Ok(()) };
            current_task().cancel();
            Err(ValueError("in the cleanup").with_context(cancelled))
        });
        ancestry("block", block).await?;
        show("expired", timeout.expired());
        show("cancelling", cancelling());
        outcome("sleep", asyncio::sleep(0)).await
    }

    run(main());
}

/// The members of an exception group.
fn members(error: &Error) -> &[Error] {
    error.downcast_ref::<ExceptionGroup>().expect("a group").exceptions()
}

fn a_group_of_failures_while_handling_the_cancellation() {
    async fn main() -> Result<()> {
        let timeout = asyncio::timeout(1);
        let block = timeout.run(async |_| {
            let Err(cancelled) = asyncio::sleep(10).await else { return Ok(()) };
            let first = ValueError("first").with_context(cancelled);
            Err(ExceptionGroup("several", [first, ValueError("second")]))
        });
        let group = block.await.expect_err("a group");
        trace!("group: {}", ancestors(&group));
        for error in members(&group) {
            trace!("member: {}", ancestors(error));
        }
        Ok(())
    }

    run(main());
}

fn a_group_within_a_group_is_not_looked_into() {
    async fn main() -> Result<()> {
        let timeout = asyncio::timeout(1);
        let block = timeout.run(async |_| {
            let Err(cancelled) = asyncio::sleep(10).await else { return Ok(()) };
            let deep = ValueError("deep").with_context(cancelled);
            Err(ExceptionGroup("outer", [ExceptionGroup("inner", [deep])]))
        });
        let group = block.await.expect_err("a group");
        trace!("group: {}", ancestors(&group));
        trace!("deep: {}", ancestors(&members(&members(&group)[0])[0]));
        Ok(())
    }

    run(main());
}

// Other deadlines.

fn a_deadline_moves() {
    /// Moves the deadline of a block, and sleeps that long in it.
    async fn moved(delay: Option<f64>, when: Option<f64>, seconds: i32) -> Result<()> {
        let timeout = asyncio::timeout(delay);
        let block = timeout.run(async |timeout| {
            timeout.reschedule(when)?;
            show("timeout", timeout);
            watch("sleep", asyncio::sleep(seconds)).await
        });
        outcome("block", block).await?;
        show("timeout", timeout);
        Ok(())
    }

    async fn main() -> Result<()> {
        moved(Some(1.0), Some(5.0), 3).await?;
        moved(Some(10.0), Some(4.0), 10).await?;
        moved(Some(1.0), None, 10).await?;
        moved(None, Some(15.0), 10).await
    }

    run(main());
}

fn a_deadline_moves_into_the_past() {
    async fn main() -> Result<()> {
        let timeout = asyncio::timeout(5);
        let block = timeout.run(async |timeout| {
            asyncio::sleep(1).await?;
            timeout.reschedule(0.5)?;
            let before = iteration();
            outcome("sleep", asyncio::sleep(10)).await?;
            show("iterations", iteration() - before);
            asyncio::Ok(())
        });
        outcome("block", block).await
    }

    run(main());
}

fn a_deadline_moves_many_times() {
    async fn main() -> Result<()> {
        let timeout = asyncio::timeout(1);
        let block = timeout.run(async |timeout| {
            for when in [Some(8.0), Some(0.0), Some(3.0), None, Some(2.5), Some(2.0)] {
                timeout.reschedule(when)?;
            }
            watch("sleep", asyncio::sleep(10)).await
        });
        outcome("block", block).await
    }

    run(main());
}

fn somebody_else_moves_the_deadline() {
    async fn main() -> Result<()> {
        let timeout = asyncio::timeout(2);
        let limited = timeout.clone();
        let task = asyncio::create_task(async move { limited.run(oversleep).await });
        asyncio::sleep(1).await?;
        timeout.reschedule(3.0)?;
        show("timeout", &timeout);
        asyncio::sleep(1.5).await?;
        state("task", &task);
        timeout.reschedule(0)?;
        outcome("task", task).await
    }

    run(main());
}

fn a_deadline_that_moves_when_it_has_come() {
    async fn main() -> Result<()> {
        let timeout = asyncio::timeout(1);
        // The callback comes first in the iteration in which the deadline comes, or last.
        let loop_ = asyncio::get_running_loop();
        let before = timeout.clone();
        loop_.call_later(1, move || attempt("before", || before.reschedule(2)));
        let limited = timeout.clone();
        let task =
            asyncio::create_task(
                async move { limited.run(async |_| asyncio::sleep(10).await).await },
            );
        asyncio::sleep(0).await?;
        loop_.call_at(2.0, move || attempt("after", || timeout.reschedule(3)));
        outcome("task", task).await
    }

    run(main());
}

fn what_cannot_be_rescheduled() {
    async fn main() -> Result<()> {
        let timeout = asyncio::timeout(1);
        attempt("created", || timeout.reschedule(5));
        let block = timeout.run(async |timeout| {
            attempt("active", || timeout.reschedule(1.5));
            outcome("sleep", asyncio::sleep(10)).await?;
            attempt("expiring", || timeout.reschedule(5));
            asyncio::Ok(())
        });
        outcome("block", block).await?;
        attempt("expired", || timeout.reschedule(5));
        show("when", timeout.when());

        let finished = asyncio::timeout(1);
        finished.run(briefly).await?;
        attempt("finished", || finished.reschedule(None));
        Ok(())
    }

    run(main());
}

// Entering.

fn a_timeout_is_entered_once() {
    async fn main() -> Result<()> {
        let timeout = asyncio::timeout(2);
        let block = timeout.run(async |timeout| {
            outcome("inside", timeout.run(oversleep)).await?;
            asyncio::sleep(1).await?;
            asyncio::Ok("still active")
        });
        outcome("block", block).await?;
        outcome("afterwards", timeout.run(oversleep)).await?;
        let expired = asyncio::timeout(0);
        outcome("expired", expired.run(oversleep)).await?;
        outcome("afterwards", expired.run(oversleep)).await
    }

    run(main());
}

fn a_timeout_needs_a_task() {
    let loop_ = new_event_loop();
    loop_.call_soon(|| {
        let timeout = asyncio::timeout(1);
        attempt("callback", || first_step(timeout.run(oversleep)));
        attempt("reschedule", || timeout.reschedule(1));
        show("timeout", timeout);
    });
    stop_at(&loop_, 5.0);
    run_forever(&loop_);
    trace!("end");
}

fn a_delay_needs_a_loop() {
    attempt("timeout", || Ok(asyncio::timeout(1)));
    show("timeout_at", asyncio::timeout_at(1.5));
}

fn reprs_of_timeouts() {
    async fn main() -> Result<()> {
        for delay in [1.0, 0.1234567, 1e-05, 2.5] {
            let timeout = asyncio::timeout(delay);
            show("created", &timeout);
            let block = timeout.run(async |timeout| {
                show("active", timeout);
                outcome("sleep", asyncio::sleep(10)).await?;
                show("expiring", timeout);
                asyncio::Ok(())
            });
            outcome("block", block).await?;
            show("expired", &timeout);
        }
        Ok(())
    }

    run(main());
}
