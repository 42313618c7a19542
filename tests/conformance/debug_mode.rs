//! Debug mode: what is logged, and what the things that are logged look like.

use std::thread;

use asyncio::{
    AsyncContextManager, EventLoop, ExceptionContext, Future, KeyError, Result, SystemExit,
    TaskGroup, TaskOptions, ValueError,
};

use crate::trace::{collect, new_event_loop, run, run_once, show, trace};

crate::scenarios! { debug_mode:
    a_callback_that_fails,
    a_timer_that_fails,
    a_callback_of_another_thread_that_fails,
    reprs_of_handles,
    a_future_that_nobody_looked_at,
    a_task_that_nobody_looked_at,
    a_task_that_is_destroyed,
    reprs_of_futures_and_tasks,
    reprs_of_blocks,
    a_report_says_where_the_running_handle_was_made,
    a_report_out_of_a_task,
    a_handler_that_fails_in_a_callback,
    a_task_of_a_group_that_fails_too_late,
    a_timer_that_takes_long,
    an_exit_is_never_slow,
}

fn fail() -> Result<()> {
    Err(ValueError("failed"))
}

async fn fail_later() -> Result<()> {
    Err(ValueError("failed"))
}

fn new_debug_loop() -> EventLoop {
    let loop_ = new_event_loop();
    loop_.set_debug(true);
    loop_
}

fn report(loop_: &EventLoop) {
    loop_.call_exception_handler(ExceptionContext::new("reported")).unwrap();
}

/// A callback that reports something.
fn reporting(loop_: &EventLoop) -> impl FnOnce() + 'static {
    let loop_ = loop_.clone();
    move || report(&loop_)
}

fn named(name: &str) -> TaskOptions {
    TaskOptions::new().name(name)
}

// Handles.

fn a_callback_that_fails() {
    let loop_ = new_debug_loop();
    loop_.call_soon(fail);
    run_once(&loop_);
    loop_.set_debug(false);
    loop_.call_soon(fail);
    run_once(&loop_);
}

fn a_timer_that_fails() {
    let loop_ = new_debug_loop();
    loop_.call_at(0.0, fail);
    run_once(&loop_);
    loop_.call_later(1.5, fail);
    loop_.run_until_complete(asyncio::sleep(2)).unwrap();
}

fn a_callback_of_another_thread_that_fails() {
    let loop_ = new_debug_loop();
    let handle = loop_.handle();
    thread::spawn(move || handle.call_soon_threadsafe(fail).map(drop)).join().unwrap().unwrap();
    run_once(&loop_);
    run_once(&loop_);
}

fn reprs_of_handles() {
    for debug in [false, true] {
        let loop_ = new_event_loop();
        loop_.set_debug(debug);
        show("loop", &loop_);
        let handle = loop_.call_soon(fail);
        show("handle", &handle);
        handle.cancel();
        show("cancelled", &handle);
        let handle = loop_.call_at(2.5, fail);
        show("handle", &handle);
        handle.cancel();
        show("cancelled", &handle);
        let handle = loop_.call_soon_threadsafe(fail);
        show("handle", &handle);
        handle.cancel();
        show("cancelled", &handle);
    }
}

// Futures and tasks.

fn a_future_that_nobody_looked_at() {
    for debug in [true, false] {
        let loop_ = new_event_loop();
        loop_.set_debug(debug);
        let future: Future<()> = loop_.create_future();
        future.set_exception(ValueError("lost")).unwrap();
        drop(future);
        collect();
    }
}

fn a_task_that_nobody_looked_at() {
    let loop_ = new_debug_loop();
    loop_.create_task_with(fail_later(), named("lost"));
    run_once(&loop_);
    collect();
}

fn a_task_that_is_destroyed() {
    async fn wait(future: Future<()>) -> Result<()> {
        future.await
    }

    let loop_ = new_debug_loop();
    loop_.create_task_with(wait(loop_.create_future()), named("destroyed"));
    run_once(&loop_);
    loop_.close().unwrap();
    collect();
}

fn reprs_of_futures_and_tasks() {
    async fn main() -> Result<()> {
        let loop_ = asyncio::get_running_loop();
        loop_.set_debug(true);
        let future = loop_.create_future();
        show("pending", &future);
        future.set_result(1)?;
        show("finished", &future);
        let task = asyncio::create_task_with(asyncio::sleep(1), named("sleeper"));
        show("task", &task);
        asyncio::sleep(0).await?;
        show("asleep", &task);
        task.cancel();
        show("cancelling", &task);
        asyncio::wait([&task]).await?;
        show("cancelled", &task);
        Ok(())
    }

    run(main());
}

fn reprs_of_blocks() {
    async fn main() -> Result<()> {
        asyncio::get_running_loop().set_debug(true);
        let timeout = asyncio::timeout(1.25);
        timeout
            .run(async |timeout| {
                trace!("timeout: {timeout:?}");
                asyncio::Ok(())
            })
            .await?;
        trace!("timeout: {timeout:?}");
        TaskGroup::new()
            .run(async |group| {
                trace!("group: {group:?}");
                group.create_task(asyncio::sleep(0))?;
                trace!("group: {group:?}");
                group.cancel();
                trace!("group: {group:?}");
                asyncio::Ok(())
            })
            .await
    }

    run(main());
}

// Reports.

fn a_report_says_where_the_running_handle_was_made() {
    let loop_ = new_debug_loop();
    loop_.call_soon(reporting(&loop_));
    run_once(&loop_);
    report(&loop_);
    loop_.set_debug(false);
    loop_.call_soon(reporting(&loop_));
    run_once(&loop_);
}

fn a_report_out_of_a_task() {
    async fn main() -> Result<()> {
        report(&asyncio::get_running_loop());
        asyncio::sleep(1).await?;
        report(&asyncio::get_running_loop());
        Ok(())
    }

    new_debug_loop().run_until_complete(main()).unwrap();
}

fn a_handler_that_fails_in_a_callback() {
    fn handler(_loop: &EventLoop, context: &ExceptionContext) -> Result<()> {
        trace!("handler got '{}'", context.message);
        Err(KeyError("handler"))
    }

    let loop_ = new_debug_loop();
    loop_.set_exception_handler(handler);
    loop_.call_soon(reporting(&loop_));
    run_once(&loop_);
}

fn a_task_of_a_group_that_fails_too_late() {
    async fn enter(group: TaskGroup) -> Result<()> {
        group.aenter().await?;
        group.create_task_with(fail_later(), named("late"))?;
        Ok(())
    }

    let loop_ = new_debug_loop();
    let parent = loop_.create_task_with(enter(TaskGroup::new()), named("parent"));
    loop_.run_until_complete(&parent).unwrap();
    run_once(&loop_);
}

fn a_timer_that_takes_long() {
    let loop_ = new_debug_loop();
    loop_.set_slow_callback_duration(0.0);
    loop_.call_at(0.0, || {});
    run_once(&loop_);
    run_once(&loop_);
}

fn an_exit_is_never_slow() {
    fn leave() -> Result<()> {
        Err(SystemExit(3))
    }

    let loop_ = new_debug_loop();
    loop_.set_slow_callback_duration(0.0);
    loop_.call_soon(leave);
    loop_.stop();
    if let Err(error) = loop_.run_forever() {
        show("exit", error);
    }
}
