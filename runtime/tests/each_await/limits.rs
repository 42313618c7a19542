//! Runs that would not end.

use crate::findings::{check, report, report_with};

use asyncio::__private::TestOptions;
use asyncio::{Event, Result, create_task, get_running_loop, sleep};

#[test]
fn a_test_that_waits_for_ever_fails_as_it_is() {
    async fn waits() -> Result<()> {
        Event::new().wait().await.map(drop)
    }
    check(
        &report(waits),
        "`waits` never ended: nothing was left to do
         pending: <Task pending name='Task-1' coro=<under_test() running> wait_for=<Future pending cb=[Task.task_wakeup()]> cb=[_run_until_complete_cb()]>",
    );
}

#[test]
fn what_a_test_leaves_has_to_end_too() {
    async fn stubborn() -> Result<()> {
        while Event::new().wait().await.is_err() {}
        Ok(())
    }
    async fn leaves_it() -> Result<()> {
        create_task(stubborn());
        sleep(1).await
    }
    check(
        &report(leaves_it),
        "what `leaves_it` left never ended: nothing was left to do
         pending: <Task cancelling name='Task-2' coro=<stubborn() running> wait_for=<Future pending cb=[Task.task_wakeup()]> cb=[_done_callback()]>",
    );
}

#[test]
fn a_test_is_suspended_a_thousand_times_at_most() {
    async fn yields(times: u32) -> Result<()> {
        for _ in 0..times {
            sleep(0).await?;
        }
        Ok(())
    }
    async fn yields_for_long() -> Result<()> {
        yields(1001).await
    }
    check(
        &report(yields_for_long),
        "`yields_for_long` was suspended more than 1000 times, and would be run twice for each: cancel a smaller part of it",
    );
}

#[test]
fn the_time_limit_is_that_of_each_run() {
    async fn takes_its_time() -> Result<()> {
        if sleep(1).await.is_err() {
            sleep(3).await?;
        }
        sleep(1).await
    }
    let options = TestOptions::new().virtual_time(true).debug(false);
    check(&report_with(takes_its_time, options.timeout(6.0)), "");
    check(
        &report_with(takes_its_time, options.timeout(2.5)),
        "`takes_its_time` fails if it is cancelled at suspension 1 of 2, at once, waiting for <Future pending cb=[Task.task_wakeup()]>:
         it had not ended after 3.000 seconds
         pending: <Task cancelling name='Task-1' coro=…",
    );
    check(
        &report_with(takes_its_time, options.timeout(1.5)),
        "TimeoutError: the test was not done after 1.5 seconds",
    );
}

#[test]
fn real_time_ends_too() {
    async fn waits_if_cancelled() -> Result<()> {
        if sleep(0).await.is_err() {
            Event::new().wait().await?;
        }
        Ok(())
    }
    let options = TestOptions::new().debug(false).timeout(0.01);
    check(
        &report_with(waits_if_cancelled, options),
        "`waits_if_cancelled` fails if it is cancelled at suspension 1 of 1, at once, waiting for nothing of asyncio's:
         it had not ended after … seconds
         pending: <Task cancelling name='Task-1' coro=<under_test() running> wait_for=<Future pending cb=[Task.task_wakeup()]> cb=[_run_until_complete_cb()]>",
    );
}

#[test]
fn a_busy_loop_ends() {
    async fn asks_again_and_again() -> Result<()> {
        let outcome = sleep(1).await;
        while get_running_loop().time() < 1.0 {
            sleep(0).await?;
        }
        outcome
    }
    check(
        &report(asks_again_and_again),
        "`asks_again_and_again` fails if it is cancelled at suspension 1 of 1, at once, waiting for <Future pending cb=[Task.task_wakeup()]>:
         it had not ended after 1000… iterations of the loop
         pending: <Task cancelling name='Task-1' coro=<under_test() running> cb=[_run_until_complete_cb()]>",
    );
}
