//! Tasks: first step, names, failures, reprs, lost tasks. Cancellation is in `cancellation`.

use std::cell::RefCell;
use std::rc::Rc;

use asyncio::{
    Error, EventLoop, ExceptionContext, Future, KeyboardInterrupt, Result, SystemExit, Task,
    TaskOptions, ValueError,
};

use crate::trace::{
    attempt, collect, new_event_loop, outcome, run, run_once, show, state, trace, watch,
};

crate::scenarios! { tasks:
    the_first_step_is_not_synchronous,
    tasks_take_turns,
    a_coroutine_awaited_directly_takes_no_iteration,
    a_task_returns_its_value_to_each_that_awaits_it,
    a_task_is_done_before_its_callbacks_run,
    sleep_of_zero_or_less_yields_once_without_a_timer,
    sleep_of_nan_is_refused,
    sleepers_wake_by_deadline,
    a_cancelled_sleep_cancels_its_timer,
    a_failed_task_raises_the_same_exception_each_time,
    a_lost_failure_of_a_task_is_logged,
    cancelling_a_failed_task_silences_it,
    keyboard_interrupt_in_a_task_escapes_the_loop,
    system_exit_of_the_main_task_is_not_reported_as_lost,
    an_exit_that_the_loop_saw_again_is_retrieved,
    an_exit_that_the_loop_never_saw_again_is_reported,
    system_exit_of_another_task_stops_main_midway,
    set_result_and_set_exception_of_a_task_are_refused,
    errors_of_a_pending_task,
    tasks_are_numbered_and_may_be_named,
    the_current_task_is_the_one_that_runs,
    all_tasks_are_those_not_done,
    reprs_of_tasks_by_state,
    repr_of_a_running_task,
    repr_of_a_task_that_awaits_a_task,
    repr_of_a_task_with_callbacks,
    the_handle_of_a_failed_done_callback,
    a_pending_task_destroyed_with_its_loop_is_reported,
    a_task_that_never_started_is_reported_when_its_loop_closes,
    a_pending_gather_is_destroyed_silently,
    the_main_task_is_destroyed_silently,
}

async fn noop() -> Result<()> {
    Ok(())
}

async fn fail() -> Result<()> {
    Err(ValueError("failed"))
}

// Steps.

fn the_first_step_is_not_synchronous() {
    async fn child() -> Result<()> {
        trace!("child");
        Ok(())
    }

    async fn main() -> Result<()> {
        let task = asyncio::create_task(child());
        trace!("created");
        asyncio::get_running_loop().call_soon(|| trace!("queued after the task"));
        task.await
    }

    run(main());
}

fn tasks_take_turns() {
    async fn child(name: &str) -> Result<()> {
        for step in 0..3 {
            trace!("{name} {step}");
            asyncio::sleep(0).await?;
        }
        Ok(())
    }

    async fn main() -> Result<()> {
        let first = asyncio::create_task(child("first"));
        let second = asyncio::create_task(child("second"));
        first.await?;
        second.await
    }

    run(main());
}

fn a_coroutine_awaited_directly_takes_no_iteration() {
    async fn inner() -> Result<i32> {
        trace!("inner");
        Ok(1)
    }

    async fn main() -> Result<()> {
        outcome("inner", inner()).await?;
        outcome("nested", outcome("inner", inner())).await
    }

    run(main());
}

fn a_task_returns_its_value_to_each_that_awaits_it() {
    async fn child() -> Result<i32> {
        Ok(5)
    }

    async fn wait(name: &str, task: Task<i32>) -> Result<()> {
        outcome(name, &task).await
    }

    async fn main() -> Result<()> {
        let task = asyncio::create_task(child());
        let first = asyncio::create_task(wait("first", task.clone()));
        let second = asyncio::create_task(wait("second", task.clone()));
        outcome("main", &task).await?;
        first.await?;
        second.await
    }

    run(main());
}

fn a_task_is_done_before_its_callbacks_run() {
    async fn main() -> Result<()> {
        let task = asyncio::create_task(noop());
        task.add_done_callback(|t| state("in the callback", t));
        asyncio::sleep(0).await?;
        state("after the last step", &task);
        asyncio::sleep(0).await
    }

    run(main());
}

// Sleeping.

fn sleep_of_zero_or_less_yields_once_without_a_timer() {
    async fn main() -> Result<()> {
        outcome("0", asyncio::sleep(0)).await?;
        outcome("-1", asyncio::sleep(-1)).await?;
        outcome("with a value", asyncio::sleep_with(0, 7)).await?;
        outcome("-inf", asyncio::sleep(f64::NEG_INFINITY)).await
    }

    run(main());
}

fn sleep_of_nan_is_refused() {
    async fn main() -> Result<()> {
        outcome("nan", asyncio::sleep(f64::NAN)).await
    }

    run(main());
}

fn sleepers_wake_by_deadline() {
    async fn sleeper(name: &str, delay: f64) -> Result<()> {
        outcome(name, asyncio::sleep_with(delay, delay)).await
    }

    async fn main() -> Result<()> {
        let tasks = [("a", 3.0), ("b", 1.0), ("c", 2.0), ("d", 1.0), ("e", 0.0), ("f", 1.0)]
            .map(|(name, delay)| asyncio::create_task(sleeper(name, delay)));
        for task in tasks {
            task.await?;
        }
        Ok(())
    }

    run(main());
}

fn a_cancelled_sleep_cancels_its_timer() {
    async fn sleeper() -> Result<()> {
        watch("sleep", asyncio::sleep(10)).await
    }

    async fn main() -> Result<()> {
        let task = asyncio::create_task(sleeper());
        asyncio::sleep(1).await?;
        task.cancel();
        outcome("task", task).await?;
        // Were the timer left, the loop would wake at 11.
        asyncio::sleep(20).await?;
        trace!("end");
        Ok(())
    }

    run(main());
}

// Failures.

fn a_failed_task_raises_the_same_exception_each_time() {
    async fn main() -> Result<()> {
        let task = asyncio::create_task(fail());
        outcome("first", &task).await?;
        outcome("second", &task).await?;
        let exceptions: [Option<Error>; 2] = [task.exception()?, task.exception()?];
        show("same", matches!(&exceptions, [Some(one), Some(other)] if one.is_same(other)));
        state("task", &task);
        Ok(())
    }

    run(main());
}

fn a_lost_failure_of_a_task_is_logged() {
    async fn main() -> Result<()> {
        let task = asyncio::create_task(fail());
        asyncio::sleep(0).await?;
        asyncio::sleep(0).await?;
        trace!("dropping");
        drop(task);
        collect();
        trace!("dropped");
        Ok(())
    }

    run(main());
}

fn cancelling_a_failed_task_silences_it() {
    async fn main() -> Result<()> {
        let task = asyncio::create_task(fail());
        asyncio::sleep(0).await?;
        show("cancel", task.cancel());
        state("task", &task);
        drop(task);
        collect();
        trace!("dropped");
        Ok(())
    }

    run(main());
}

fn keyboard_interrupt_in_a_task_escapes_the_loop() {
    async fn interrupt() -> Result<()> {
        Err(KeyboardInterrupt())
    }

    async fn main() -> Result<()> {
        outcome("task", asyncio::create_task(interrupt())).await?;
        trace!("main goes on");
        Ok(())
    }

    let loop_ = new_event_loop();
    let task = loop_.create_task(main());
    attempt("run_until_complete", || loop_.run_until_complete(&task));
    state("main", &task);
    attempt("again", || loop_.run_until_complete(task));
}

fn system_exit_of_the_main_task_is_not_reported_as_lost() {
    async fn main() -> Result<()> {
        Err(SystemExit(2))
    }

    let loop_ = new_event_loop();
    loop_.call_later(0, || trace!("same batch"));
    attempt("run_until_complete", || loop_.run_until_complete(main()));
    collect();
    trace!("end");
    run_once(&loop_);
}

fn an_exit_that_the_loop_saw_again_is_retrieved() {
    async fn main() -> Result<()> {
        Err(SystemExit(2))
    }

    let loop_ = new_event_loop();
    let task = loop_.create_task(main());
    attempt("run_until_complete", || loop_.run_until_complete(&task));
    // The done-callback of `run_until_complete` is left over; it looks at the exception.
    run_once(&loop_);
    drop(task);
    collect();
    trace!("dropped");
}

fn an_exit_that_the_loop_never_saw_again_is_reported() {
    async fn main() -> Result<()> {
        Err(SystemExit(2))
    }

    let loop_ = new_event_loop();
    let task = loop_.create_task(main());
    attempt("run_until_complete", || loop_.run_until_complete(&task));
    drop(task);
    trace!("closing");
    loop_.close().unwrap();
    collect();
    trace!("closed");
}

fn system_exit_of_another_task_stops_main_midway() {
    async fn exit() -> Result<()> {
        Err(SystemExit(3))
    }

    async fn main() -> Result<()> {
        let task = asyncio::create_task(exit());
        for step in 0..3 {
            trace!("step {step}");
            asyncio::sleep(0).await?;
        }
        attempt("exception", || task.exception());
        Ok(())
    }

    let loop_ = new_event_loop();
    let task = loop_.create_task(main());
    attempt("run_until_complete", || loop_.run_until_complete(&task));
    attempt("again", || loop_.run_until_complete(task));
}

fn set_result_and_set_exception_of_a_task_are_refused() {
    async fn main() -> Result<()> {
        let task = asyncio::create_task(noop());
        attempt("set_result", || task.set_result(()));
        attempt("set_exception", || task.set_exception(ValueError("set")));
        outcome("task", task).await
    }

    run(main());
}

fn errors_of_a_pending_task() {
    async fn main() -> Result<()> {
        let task = asyncio::create_task(noop());
        attempt("result", || task.result());
        attempt("exception", || task.exception());
        (&task).await?;
        attempt("result", || task.result());
        attempt("exception", || task.exception());
        Ok(())
    }

    run(main());
}

// Names and the tasks of a loop.

fn current_name() -> String {
    asyncio::current_task().expect("a task runs this").get_name()
}

fn tasks_are_numbered_and_may_be_named() {
    async fn main() -> Result<()> {
        show("main", current_name());
        let first = asyncio::create_task(noop());
        let named = asyncio::create_task_with(noop(), TaskOptions::new().name("named"));
        let second = asyncio::create_task(noop());
        for task in [&first, &named, &second] {
            show("name", task.get_name());
        }
        second.set_name("renamed");
        show("repr", &second);
        for task in [first, named, second] {
            task.await?;
        }
        Ok(())
    }

    run(main());
}

fn the_current_task_is_the_one_that_runs() {
    async fn child() -> Result<()> {
        show("child", current_name());
        Ok(())
    }

    async fn main() -> Result<()> {
        let loop_ = asyncio::get_running_loop();
        let inner = loop_.clone();
        loop_.call_soon(move || show("callback", asyncio::current_task_of(&inner).is_none()));
        child().await?;
        asyncio::create_task_with(child(), TaskOptions::new().name("other")).await?;
        show("main", current_name());
        Ok(())
    }

    let loop_ = run(main());
    show("outside", asyncio::current_task_of(&loop_).is_none());
}

fn all_tasks_are_those_not_done() {
    fn names() -> Vec<String> {
        asyncio::all_tasks().iter().map(|task| task.get_name()).collect()
    }

    async fn main() -> Result<()> {
        let first = asyncio::create_task(noop());
        let second = asyncio::create_task(asyncio::sleep(1));
        show("started", names());
        first.await?;
        show("first done", names());
        second.cancel();
        show("second cancelled", names());
        outcome("second", second).await?;
        show("second done", names());
        Ok(())
    }

    run(main());
}

// Reprs.

fn reprs_of_tasks_by_state() {
    async fn wait(future: Future<()>) -> Result<()> {
        future.await
    }

    async fn main() -> Result<()> {
        let future = asyncio::get_running_loop().create_future();
        let task = asyncio::create_task(wait(future));
        show("new", &task);
        asyncio::sleep(0).await?;
        show("waiting", &task);
        task.cancel();
        show("cancelling", &task);
        outcome("task", &task).await?;
        show("cancelled", task);
        let finished = asyncio::create_task(three());
        (&finished).await?;
        show("finished", finished);
        let failed = asyncio::create_task(fail());
        outcome("failed", &failed).await?;
        show("failed", failed);
        Ok(())
    }

    run(main());
}

async fn three() -> Result<i32> {
    Ok(3)
}

fn repr_of_a_running_task() {
    async fn main() -> Result<()> {
        let task = asyncio::current_task().expect("a task runs this");
        show("running", &task);
        task.cancel();
        show("cancelling", &task);
        task.uncancel();
        show("uncancelled", task);
        Ok(())
    }

    run(main());
}

fn repr_of_a_task_that_awaits_a_task() {
    async fn inner() -> Result<()> {
        asyncio::sleep(1).await
    }

    async fn outer(task: Task<()>) -> Result<()> {
        task.await
    }

    async fn main() -> Result<()> {
        let named = |name| TaskOptions::new().name(name);
        let innermost = asyncio::create_task_with(inner(), named("inner"));
        let task = asyncio::create_task_with(outer(innermost.clone()), named("outer"));
        asyncio::sleep(0.5).await?;
        show("outer", &task);
        show("inner", innermost);
        task.await
    }

    run(main());
}

fn repr_of_a_task_with_callbacks() {
    fn first(_: &Task<()>) {}

    fn second(_: &Task<()>) {}

    async fn main() -> Result<()> {
        let task = asyncio::create_task(noop());
        task.add_done_callback(first);
        show("one", &task);
        task.add_done_callback(second);
        task.add_done_callback(first);
        show("three", &task);
        task.await
    }

    run(main());
}

fn the_handle_of_a_failed_done_callback() {
    fn failing(_: &Task<()>) -> Result<()> {
        Err(ValueError("callback"))
    }

    async fn main() -> Result<()> {
        let seen = Rc::new(RefCell::new(Vec::new()));
        let contexts = Rc::clone(&seen);
        let handler = move |_: &EventLoop, context: &ExceptionContext| {
            contexts.borrow_mut().push(context.clone());
        };
        asyncio::get_running_loop().set_exception_handler(handler);
        let task = asyncio::create_task(noop());
        task.add_done_callback(failing);
        task.await?;
        for context in seen.take() {
            show("message", context.message);
            show("handle", context.handle);
        }
        Ok(())
    }

    run(main());
}

// Lost tasks.

fn a_pending_task_destroyed_with_its_loop_is_reported() {
    async fn wait(future: Future<()>) -> Result<()> {
        (&future).await
    }

    let loop_ = new_event_loop();
    let future = loop_.create_future();
    let task = loop_.create_task(wait(future.clone()));
    run_once(&loop_);
    show("task", &task);
    trace!("closing");
    // Rust's loop owns its tasks and destroys them when it is closed.
    loop_.close().unwrap();
    drop((task, future));
    collect();
    trace!("closed");
}

fn a_task_that_never_started_is_reported_when_its_loop_closes() {
    let loop_ = new_event_loop();
    loop_.create_task(noop());
    loop_.create_task_with(noop(), TaskOptions::new().name("second"));
    trace!("closing");
    loop_.close().unwrap();
    trace!("closed");
}

fn a_pending_gather_is_destroyed_silently() {
    async fn wait(future: Future<()>) -> Result<()> {
        (&future).await
    }

    async fn main(first: Future<()>, second: Future<()>) -> Result<Future<((), ())>> {
        Ok(asyncio::gather((wait(first), wait(second))))
    }

    let loop_ = new_event_loop();
    let (first, second) = (loop_.create_future(), loop_.create_future());
    let gathered = loop_.run_until_complete(main(first.clone(), second.clone())).unwrap();
    show("gathered", &gathered);
    loop_.close().unwrap();
    drop((gathered, first, second));
    collect();
    trace!("closed");
}

fn the_main_task_is_destroyed_silently() {
    async fn main(loop_: EventLoop) -> Result<()> {
        loop_.stop();
        asyncio::sleep(1).await
    }

    let loop_ = new_event_loop();
    attempt("run_until_complete", || loop_.run_until_complete(main(loop_.clone())));
    loop_.close().unwrap();
    collect();
    trace!("closed");
}
