//! What the runs are: where each is cancelled, and what the test sees of it.

use std::cell::Cell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use asyncio::__private::{TestOptions, each_await, iteration};
use asyncio::{
    Error, Result, ValueError, create_task, current_task, get_running_loop, sleep, timeout,
    to_thread, wait_for,
};

use crate::findings::{check, options, report};

/// What happened in each of the runs.
struct Runs(Mutex<Vec<Vec<String>>>);

impl Runs {
    const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    fn begin(&self) {
        self.0.lock().expect("no run holds it").push(Vec::new());
    }

    fn note(&self, what: impl ToString) {
        let mut runs = self.0.lock().expect("no run holds it");
        runs.last_mut().expect("a run has begun").push(what.to_string());
    }

    fn all(&self) -> Vec<String> {
        self.0.lock().expect("no run holds it").iter().map(|run| run.join(" ")).collect()
    }
}

#[test]
fn each_suspension_is_cancelled_at_both_of_its_ends() {
    static RUNS: Runs = Runs::new();
    async fn awaits_thrice() -> Result<()> {
        RUNS.begin();
        let outcome = async {
            sleep(1).await?;
            RUNS.note("one");
            sleep(0).await?;
            RUNS.note("two");
            create_task(sleep(1)).await?;
            RUNS.note("three");
            Ok::<(), Error>(())
        }
        .await;
        let end = get_running_loop().time();
        RUNS.note(outcome.as_ref().map_or_else(ToString::to_string, |()| format!("end at {end}")));
        RUNS.note(end);
        outcome
    }
    each_await(awaits_thrice, options());
    assert_eq!(
        RUNS.all(),
        ["one two three end at 2 2", " 0", " 1", "one  1", "one  1", "one two  1", "one two  2",]
    );
}

#[test]
fn the_first_end_is_right_behind_the_step() {
    static RUNS: Runs = Runs::new();
    async fn waits_for_a_future() -> Result<()> {
        RUNS.begin();
        let loop_ = get_running_loop();
        let future = loop_.create_future::<()>();
        let (seen, begun) = (future.clone(), iteration(&loop_));
        // Ready already when the task is suspended: it runs next, an iteration later.
        loop_.call_soon(move || {
            RUNS.note(format!("callback {}", iteration(&get_running_loop()) - begun));
            RUNS.note(format!("{seen:?}"));
            let _ = seen.set_result(());
        });
        let outcome = (&future).await;
        RUNS.note(format!("goes on {} {:?}", iteration(&loop_) - begun, outcome));
        RUNS.note(format!("cancelling {}", current_task().expect("a task").cancelling()));
        outcome
    }
    each_await(waits_for_a_future, options());
    assert_eq!(
        RUNS.all(),
        [
            "callback 1 <Future pending cb=[Task.task_wakeup()]> goes on 2 Ok(()) cancelling 0",
            // The step, scheduled by the cancelled future, stands behind the callback.
            "callback 1 <Future cancelled> goes on 1 Err(CancelledError()) cancelling 1",
            "callback 1 <Future pending cb=[Task.task_wakeup()]> goes on 2 Err(CancelledError()) cancelling 1",
        ]
    );
}

#[test]
fn the_second_end_is_right_before_the_next_step() {
    static RUNS: Runs = Runs::new();
    async fn is_woken_before_others() -> Result<()> {
        RUNS.begin();
        let loop_ = get_running_loop();
        let future = loop_.create_future::<()>();
        let (setter, me) = (future.clone(), current_task().expect("a task"));
        loop_.call_soon(move || {
            let loop_ = get_running_loop();
            let before = me.clone();
            loop_.call_soon(move || RUNS.note(format!("before {}", before.cancelling())));
            let _ = setter.set_result(());
            loop_.call_soon(move || RUNS.note(format!("after {}", me.cancelling())));
        });
        let outcome = future.await;
        RUNS.note(if outcome.is_ok() { "ok" } else { "cancelled" });
        sleep(0).await?;
        outcome
    }
    each_await(is_woken_before_others, options());
    // The first suspension's two ends, without the first run and what comes after.
    assert_eq!(RUNS.all()[1..3], ["cancelled before 1 after 1", "before 0 cancelled after 1"]);
}

#[test]
fn a_run_is_in_a_thread_of_its_own() {
    static RUNS: Runs = Runs::new();
    thread_local! {
        static COUNT: Cell<u32> = const { Cell::new(0) };
    }
    async fn counts() -> Result<()> {
        RUNS.begin();
        COUNT.set(COUNT.get() + 1);
        RUNS.note(COUNT.get());
        RUNS.note(create_task(sleep(0)).get_name());
        let name = std::thread::current().name().map(str::to_owned);
        assert!(name.is_some_and(|name| name.ends_with("a_run_is_in_a_thread_of_its_own")));
        sleep(1).await
    }
    each_await(counts, options());
    assert_eq!(RUNS.all(), ["1 Task-2"; 3]);
}

#[test]
fn a_test_without_a_suspension_runs_once() {
    static RUNS: Runs = Runs::new();
    async fn is_done_at_once() {
        RUNS.begin();
    }
    each_await(is_done_at_once, options());
    assert_eq!(RUNS.all(), [""]);
}

#[test]
fn a_cancellation_is_one_for_the_blocks_around_it_too() {
    static RUNS: Runs = Runs::new();
    async fn has_a_timeout() -> Result<()> {
        RUNS.begin();
        let outcome = timeout(2).run(async |_| wait_for(sleep(1), 3).await).await;
        RUNS.note(format!("{outcome:?}"));
        outcome
    }
    each_await(has_a_timeout, options());
    assert_eq!(RUNS.all(), ["Ok(())", "Err(CancelledError())", "Err(CancelledError())"]);
}

#[test]
fn a_run_with_fewer_suspensions_is_not_cancelled() {
    static RUNS: Runs = Runs::new();
    async fn has_a_warm_up() -> Result<()> {
        let is_first = RUNS.all().is_empty();
        RUNS.begin();
        if is_first {
            sleep(1).await?;
        }
        sleep(1).await?;
        RUNS.note("end");
        Ok(())
    }
    each_await(has_a_warm_up, options());
    assert_eq!(RUNS.all(), ["end", "", "", "end", "end"]);

    static CALLS: AtomicU32 = AtomicU32::new(0);
    async fn fails_at_the_fourth_call() -> Result<()> {
        let call = CALLS.fetch_add(1, Ordering::Relaxed) + 1;
        match call {
            1 => sleep(1).await?,
            4.. => return Err(ValueError("worn out")),
            _ => {}
        }
        sleep(1).await
    }
    check(
        &report(fails_at_the_fourth_call),
        "`fails_at_the_fourth_call` fails if it is cancelled at suspension 2 of 2, which this run, having 0, did not come to:
         raised: ValueError: worn out",
    );
}

#[test]
fn the_first_run_fails_as_a_test_without_the_option() {
    async fn fails() -> Result<()> {
        sleep(1).await?;
        Err(ValueError("Oops!"))
    }
    check(&report(fails), "ValueError: Oops!");
    async fn panics() {
        panic!("this very panic");
    }
    check(&report(panics), "this very panic");
}

#[test]
fn in_debug_mode_the_report_says_where_a_future_was_made() {
    const LINE: u32 = line!() + 2;
    async fn waits() -> Result<()> {
        let future = get_running_loop().create_future::<()>();
        let setter = future.clone();
        get_running_loop().call_later(1, move || {
            let _ = setter.set_result(());
        });
        future.await.map_err(|_| ValueError("not a cancellation any more"))
    }
    check(
        &crate::findings::report_with(waits, TestOptions::new().virtual_time(true)),
        &format!(
            "`waits` fails if it is cancelled at suspension 1 of 1, at once, waiting for <Future pending cb=[Task.task_wakeup()] created at …runs.rs:{LINE}>:
             raised: ValueError: not a cancellation any more"
        ),
    );
}

#[asyncio::test(cancel = "each_await", virtual_time = true, timeout = 5)]
async fn a_virtual_clock_waits_for_threads() -> Result<()> {
    let answer = to_thread(|| asyncio::Ok(6 * 7)).await?;
    assert_eq!(answer, 42);
    Ok(())
}

#[asyncio::test(cancel = "each_await", debug = false)]
async fn real_time_will_do() -> Result<()> {
    assert!(!get_running_loop().get_debug());
    sleep(0.001).await
}

#[asyncio::test(cancel = "each_await", loop_factory = asyncio::new_event_loop)]
async fn any_result_will_do()
-> std::result::Result<&'static str, Box<dyn std::error::Error + Send + Sync>> {
    assert!(get_running_loop().get_debug());
    sleep(0).await?;
    Ok("value")
}

#[asyncio::test(cancel = "each_await", virtual_time = true)]
#[should_panic(expected = "it forgot")]
async fn a_test_may_be_expected_to_fail() -> Result<()> {
    let mut clean = true;
    let outcome = async {
        clean = false;
        sleep(1).await?;
        clean = true;
        Ok::<(), Error>(())
    }
    .await;

    assert!(clean, "it forgot");
    outcome
}
