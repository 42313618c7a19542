//! What a cancelled run is reported for.

use std::cell::{Cell, RefCell};
use std::panic::catch_unwind;
use std::rc::Rc;

use asyncio::__private::{Outcome, TestOptions, each_await};
use asyncio::{
    Event, ExceptionContext, Future, Lock, Queue, Result, ValueError, create_task,
    get_running_loop, shield, sleep,
};

/// The options of most tests here.
pub(crate) fn options() -> TestOptions {
    TestOptions::new().virtual_time(true).debug(false)
}

/// What the test is reported for.
pub(crate) fn report_with<F, C>(test: F, options: TestOptions) -> String
where
    F: Fn() -> C + Sync + std::panic::UnwindSafe,
    C: std::future::Future<Output: Outcome> + 'static,
{
    let Err(payload) = catch_unwind(|| each_await(test, options)) else { return String::new() };
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => (*payload.downcast::<&str>().expect("a text")).to_owned(),
    }
}

pub(crate) fn report<F, C>(test: F) -> String
where
    F: Fn() -> C + Sync + std::panic::UnwindSafe,
    C: std::future::Future<Output: Outcome> + 'static,
{
    report_with(test, options())
}

/// Holds a report against what it should be, in which `…` stands for anything on its line.
#[track_caller]
pub(crate) fn check(report: &str, expected: &str) {
    let lines: Vec<&str> = report.lines().collect();
    let expected: Vec<&str> = expected.lines().map(str::trim_start).collect();
    let fits = |line: &str, expected: &str| {
        let mut parts = expected.split('…');
        let first = parts.next().unwrap_or_default();
        let rest = line.trim_start().strip_prefix(first);
        let rest = parts.clone().try_fold(rest?, |rest, part| Some(rest.split_once(part)?.1));
        Some(rest?.is_empty() || expected.ends_with('…'))
    };
    let same = lines.len() == expected.len()
        && lines.iter().zip(&expected).all(|(line, expected)| fits(line, expected) == Some(true));
    assert!(same, "\n{report}\n--- is not\n{}", expected.join("\n"));
}

#[test]
fn a_test_that_passes_in_each_run_has_no_report() {
    async fn sleeps_twice() -> Result<()> {
        sleep(1).await?;
        sleep(1).await
    }
    check(&report(sleeps_twice), "");
}

#[test]
fn a_cancellation_may_be_swallowed() {
    async fn swallows() {
        let _ = sleep(1).await;
    }
    check(&report(swallows), "");
}

#[test]
fn a_task_that_only_a_cancellation_leaves_is_left_over() {
    async fn worker() -> Result<()> {
        sleep(10).await
    }
    async fn leaks() -> Result<()> {
        sleep(1).await?;
        let task = create_task(worker());
        sleep(1).await?;
        task.cancel();
        let _ = task.await;
        Ok(())
    }
    check(
        &report(leaks),
        "`leaks` fails if it is cancelled at suspension 2 of 3, at once, waiting for <Future pending cb=[Task.task_wakeup()]>:
         left over: <Task pending name='Task-2' coro=<worker() running> wait_for=<Future pending cb=[Task.task_wakeup()]>>",
    );
}

#[test]
fn a_task_that_each_run_leaves_is_none_of_its_business() {
    async fn leaves_a_task() -> Result<()> {
        create_task(sleep(10));
        sleep(1).await
    }
    check(&report(leaves_a_task), "");
}

#[test]
fn a_task_that_is_about_to_end_is_not_left_over() {
    async fn cleans_up() -> Result<()> {
        let outcome = sleep(10).await;
        for _ in 0..20 {
            sleep(0).await?;
        }
        outcome
    }
    async fn cancels_without_waiting() -> Result<()> {
        struct CancelOnDrop(asyncio::Task<()>);
        impl Drop for CancelOnDrop {
            fn drop(&mut self) {
                self.0.cancel();
            }
        }
        let task = CancelOnDrop(create_task(cleans_up()));
        sleep(1).await?;
        task.0.cancel();
        let _ = (&task.0).await;
        Ok(())
    }
    check(&report(cancels_without_waiting), "");
}

#[test]
fn an_exception_that_only_a_cancellation_loses_is_lost() {
    async fn fails() -> Result<()> {
        sleep(2).await?;
        Err(ValueError("Oops!"))
    }
    async fn loses() -> Result<()> {
        let task = create_task(fails());
        // Whoever comes back from here looks at the task.
        if sleep(1).await.is_err() {
            return sleep(5).await;
        }
        assert!(task.await.is_err());
        Ok(())
    }
    check(
        &report(loses),
        "`loses` fails if it is cancelled at suspension 1 of 2, at once, waiting for <Future pending cb=[Task.task_wakeup()]>:
         lost: Task exception was never retrieved
         future: <Task finished name='Task-2' coro=<fails() done> exception=ValueError('Oops!')>
         ValueError: Oops!",
    );
}

#[test]
fn a_lost_exception_says_in_debug_mode_where_its_handle_was_made() {
    const LINE: u32 = line!() + 3;
    async fn complains() -> Result<()> {
        if sleep(1).await.is_err() {
            get_running_loop().call_soon(|| {
                let context = ExceptionContext::new("something is wrong");
                get_running_loop().call_exception_handler(context)
            });
            sleep(1).await?;
        }
        Ok(())
    }
    check(
        &report_with(complains, options().debug(true)),
        &format!(
            "`complains` fails if it is cancelled at suspension 1 of 1, at once, waiting for <Future pending …>:
             lost: something is wrong
             handle_traceback: Handle created at (most recent call last):
             File \"…findings.rs\", line {LINE}"
        ),
    );
}

#[test]
fn an_exception_that_each_run_loses_is_none_of_its_business() {
    async fn fails() -> Result<()> {
        Err(ValueError("Oops!"))
    }
    async fn loses_it_anyway() -> Result<()> {
        create_task(fails());
        get_running_loop().call_soon(|| Err::<(), _>(ValueError("in a callback")));
        sleep(1).await
    }
    check(&report(loses_it_anyway), "");
}

#[test]
fn an_exception_handler_of_the_test_gets_what_is_lost() {
    async fn fails() -> Result<()> {
        Err(ValueError("Oops!"))
    }
    async fn handles() -> Result<()> {
        let handled = Rc::new(Cell::new(0));
        let count = Rc::clone(&handled);
        get_running_loop().set_exception_handler(move |_, _| count.update(|count| count + 1));
        let outcome = sleep(1).await;
        if outcome.is_err() {
            create_task(fails());
            sleep(0).await?;
        }
        assert_eq!(handled.get() > 0, outcome.is_err());
        outcome
    }
    check(&report(handles), "");
}

#[test]
fn a_task_that_is_cancelled_at_the_end_may_fail_then() {
    async fn worker() -> Result<()> {
        sleep(10).await.map_err(|_| ValueError("not so soon"))
    }
    async fn leaves_a_worker() -> Result<()> {
        let task = create_task(worker());
        sleep(1).await?;
        task.await
    }
    async fn waits_for_it() -> Result<()> {
        let task = create_task(worker());
        let _ = sleep(1).await;
        task.await
    }
    check(
        &report(leaves_a_worker),
        "`leaves_a_worker` fails if it is cancelled at suspension 1 of 2, at once, waiting for <Future pending cb=[Task.task_wakeup()]>:
         left over: <Task pending name='Task-2' coro=<worker() running> wait_for=<Future pending cb=[Task.task_wakeup()]>>
         lost: unhandled exception during asyncio.run() shutdown
         task: <Task finished name='Task-2' coro=<worker() done> exception=ValueError('not so soon')>
         ValueError: not so soon",
    );
    check(
        &report(waits_for_it),
        "`waits_for_it` fails if it is cancelled at suspension 2 of 2, at once, waiting for <Task pending name='Task-2' coro=<worker() running> wait_for=…
         raised: ValueError: not so soon",
    );
}

#[test]
fn a_task_that_is_always_busy_is_left_over() {
    async fn spins() -> Result<()> {
        loop {
            sleep(0).await?;
        }
    }
    async fn leaves_it_spinning() -> Result<()> {
        let outcome = sleep(1).await;
        if outcome.is_err() {
            create_task(spins());
        }
        outcome
    }
    check(
        &report(leaves_it_spinning),
        "`leaves_it_spinning` fails if it is cancelled at suspension 1 of 1, at once, waiting for <Future pending cb=[Task.task_wakeup()]>:
         left over: <Task pending name='Task-2' coro=<spins() running>>",
    );
}

#[test]
fn a_future_of_another_crate_is_dropped_with_the_test_unless_it_is_wrapped() {
    use futures::channel::oneshot;

    /// Something comes after a second, if somebody is there to take it.
    fn comes_later() -> oneshot::Receiver<u32> {
        let (sender, receiver) = oneshot::channel();
        get_running_loop().call_later(1, move || {
            let _ = sender.send(1);
        });
        receiver
    }
    async fn ends_as_cancelled() -> Result<()> {
        let outcome = comes_later().await;
        assert!(outcome.is_ok(), "no check behind it is reached");
        Ok(())
    }
    async fn is_wrapped() -> Result<()> {
        let outcome = asyncio::wrap(comes_later()).await;
        assert!(outcome.is_ok(), "cancelled");
        Ok(())
    }
    check(&report(ends_as_cancelled), "");
    check(
        &report(is_wrapped),
        "`is_wrapped` fails if it is cancelled at suspension 1 of 1, at once, waiting for nothing of asyncio's:
         panicked: cancelled",
    );
}

#[test]
fn a_check_after_the_cancelled_part_counts() {
    async fn forgets_to_release() -> Result<()> {
        let lock = Lock::new();
        let outcome = async {
            lock.acquire().await?;
            sleep(1).await?;
            lock.release()
        }
        .await;
        assert!(!lock.locked(), "the lock is held for ever");
        outcome
    }
    check(
        &report(forgets_to_release),
        "`forgets_to_release` fails if it is cancelled at suspension 1 of 1, at once, waiting for <Future pending cb=[Task.task_wakeup()]>:
         panicked: the lock is held for ever",
    );
}

#[test]
fn a_check_in_a_destructor_counts() {
    struct Balance(Cell<i32>);
    impl Drop for Balance {
        fn drop(&mut self) {
            if !std::thread::panicking() {
                assert_eq!(self.0.get(), 0, "the balance");
            }
        }
    }
    async fn takes_and_gives() -> Result<()> {
        let balance = Balance(Cell::new(0));
        balance.0.set(1);
        sleep(1).await?;
        balance.0.set(0);
        Ok(())
    }
    check(
        &report(takes_and_gives),
        "`takes_and_gives` fails if it is cancelled at suspension 1 of 1, at once, waiting for <Future pending cb=[Task.task_wakeup()]>:
         panicked: assertion `left == right` failed: the balance
         left: 1
         right: 0",
    );
}

#[test]
fn another_error_than_a_cancellation_fails() {
    async fn fails_in_its_cleanup() -> Result<()> {
        let outcome = sleep(1).await;
        if let Err(cancelled) = outcome {
            return Err(ValueError("cannot roll back").with_context(cancelled));
        }
        Ok(())
    }
    check(
        &report(fails_in_its_cleanup),
        "`fails_in_its_cleanup` fails if it is cancelled at suspension 1 of 1, at once, waiting for <Future pending cb=[Task.task_wakeup()]>:
         raised: asyncio.exceptions.CancelledError

         During handling of the above exception, another exception occurred:

         ValueError: cannot roll back",
    );
}

#[test]
fn an_unwrap_of_a_cancelled_await_has_a_hint() {
    async fn unwraps() {
        sleep(1).await.unwrap();
    }
    check(
        &report(unwraps),
        "`unwraps` fails if it is cancelled at suspension 1 of 1, at once, waiting for <Future pending cb=[Task.task_wakeup()]>:
         panicked: called `Result::unwrap()` on an `Err` value: CancelledError()
         hint: `?` passes a cancellation on, and `unwrap` panics",
    );
}

#[test]
fn a_result_that_came_is_lost_only_at_the_other_end() {
    /// What the queue of a careless program is: it hands the item to whoever waits.
    async fn hands_over() -> Result<()> {
        let slot: Future<u32> = get_running_loop().create_future();
        let items = Rc::new(RefCell::new(vec![1]));
        let (giver, its_items) = (slot.clone(), Rc::clone(&items));
        get_running_loop().call_later(1, move || {
            if !giver.done() {
                let item = its_items.borrow_mut().pop().expect("there is one");
                giver.set_result(item).expect("it is pending");
            }
        });
        let outcome = slot.await.map(|item| items.borrow_mut().push(item));
        assert_eq!(*items.borrow(), [1], "the item is lost");
        outcome
    }
    check(
        &report(hands_over),
        "`hands_over` fails if it is cancelled at suspension 1 of 1, about to go on after waiting for <Future finished result=1>:
         panicked: assertion `left == right` failed: the item is lost
         left: []
         right: [1]",
    );
}

#[test]
fn whoever_waits_for_ever_is_found() {
    async fn never_sets_the_event() -> Result<()> {
        let event = Event::new();
        let (waiting, done) = (event.clone(), event.clone());
        let waiter = create_task(async move { waiting.wait().await });
        let outcome = sleep(1).await;
        if outcome.is_ok() {
            done.set();
        }
        waiter.await?;
        outcome
    }
    check(
        &report(never_sets_the_event),
        "`never_sets_the_event` fails if it is cancelled at suspension 1 of 2, at once, waiting for <Future pending cb=[Task.task_wakeup()]>:
         it never ended: nothing was left to do
         pending: <Task cancelling name='Task-1' coro=<under_test() running> wait_for=<Task pending name='Task-2' coro=<never_sets_the_event::{{closure}}() running> wait_for=<Future pending cb=[Task.task_wakeup()]> cb=[Task.task_wakeup()]> cb=[_run_until_complete_cb()]>
         pending: <Task pending name='Task-2' coro=<never_sets_the_event::{{closure}}() running> wait_for=<Future pending cb=[Task.task_wakeup()]> cb=[Task.task_wakeup()]>",
    );
}

#[test]
fn what_is_shielded_has_to_be_waited_for() {
    async fn commits(log: Queue<u8>) -> Result<()> {
        sleep(1).await?;
        Ok(log.put_nowait(1)?)
    }
    async fn leaves_the_commit_alone() -> Result<()> {
        shield(commits(Queue::new(0))).await
    }
    check(
        &report(leaves_the_commit_alone),
        "`leaves_the_commit_alone` fails if it is cancelled at suspension 1 of 1, at once, waiting for <Future pending cb=[…
         left over: <Task pending name='Task-2' coro=<…",
    );
}

#[test]
fn a_task_that_no_cancellation_ends_is_reported() {
    async fn stubborn(end: Event) -> Result<()> {
        while end.wait().await.is_err() {}
        Ok(())
    }
    async fn leaves_it() -> Result<()> {
        let end = Event::new();
        let task = create_task(stubborn(end.clone()));
        sleep(1).await?;
        end.set();
        task.await
    }
    check(
        &report(leaves_it),
        "`leaves_it` fails if it is cancelled at suspension 1 of 2, at once, waiting for <Future pending cb=[Task.task_wakeup()]>:
         left over: <Task pending name='Task-2' coro=<stubborn() running> wait_for=<Future pending cb=[Task.task_wakeup()]>>
         what it left never ended: nothing was left to do
         pending: <Task cancelling name='Task-2' coro=<stubborn() running> wait_for=<Future pending cb=[Task.task_wakeup()]> cb=[_done_callback()]>",
    );
}
