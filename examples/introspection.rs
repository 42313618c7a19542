//! What a program can see of itself: the loop, the current task, all tasks and their states.
//!
//! The Python it mirrors is `introspection.py`, beside this file. Run it with `cargo run --example introspection`; it prints
//!
//! ```text
//! The loop is running: <_UnixSelectorEventLoop running=True closed=False debug=False>
//! The task of main(): Task-1
//! All tasks: failure, main, sleeper, worker
//! The task of a callback: None
//! worker runs and is pending
//! All tasks an iteration later: main, sleeper
//! sleeper: pending, requests to cancel: 1
//! worker: done
//! failure: failed with ValueError('Oops!')
//! sleeper: cancelled
//! The loop is closed: <_UnixSelectorEventLoop running=False closed=True debug=False>
//! ```

use asyncio::{
    AnyTask, EventLoop, Result, TaskOptions, ValueError, all_tasks, create_task_with, current_task,
    get_running_loop, sleep, wait,
};

fn state_of_loop(loop_: &EventLoop) -> &'static str {
    if loop_.is_closed() {
        return "closed";
    }
    if loop_.is_running() { "running" } else { "not running" }
}

fn state_of_task(task: &AnyTask) -> String {
    if !task.done() {
        return "pending".to_owned();
    }
    match task.exception() {
        Err(_) => "cancelled".to_owned(),
        Ok(None) => "done".to_owned(),
        Ok(Some(error)) => format!("failed with {error:?}"),
    }
}

fn names(tasks: &[AnyTask]) -> String {
    let mut names: Vec<String> = tasks.iter().map(|task| task.get_name()).collect();
    names.sort();
    names.join(", ")
}

async fn work() -> Result<()> {
    let task = current_task().expect("a coroutine runs in a task");
    println!("{} runs and is {}", task.get_name(), state_of_task(&task));
    Ok(())
}

async fn fail() -> Result<()> {
    Err(ValueError("Oops!"))
}

fn named(name: &str) -> TaskOptions {
    TaskOptions::new().name(name)
}

async fn look_around() -> Result<EventLoop> {
    let loop_ = get_running_loop();
    println!("The loop is {}: {loop_:?}", state_of_loop(&loop_));
    let main = current_task().expect("a coroutine runs in a task");
    println!("The task of main(): {}", main.get_name());
    loop_.call_soon(|| println!("The task of a callback: {:?}", current_task()));

    main.set_name("main");
    let worker = create_task_with(work(), named("worker"));
    let failure = create_task_with(fail(), named("failure"));
    let sleeper = create_task_with(sleep(3600), named("sleeper"));
    let tasks = [worker.any(), failure.any(), sleeper.any()];
    assert_eq!(worker.get_loop(), loop_);
    println!("All tasks: {}", names(&all_tasks()));

    sleep(0).await?;
    println!("All tasks an iteration later: {}", names(&all_tasks()));

    sleeper.cancel();
    let (state, requests) = (state_of_task(&sleeper.any()), sleeper.cancelling());
    println!("sleeper: {state}, requests to cancel: {requests}");
    wait(&tasks).await?;
    for task in &tasks {
        println!("{}: {}", task.get_name(), state_of_task(task));
    }
    Ok(loop_)
}

fn main() -> Result<()> {
    let loop_ = asyncio::run(look_around())?;
    println!("The loop is {}: {loop_:?}", state_of_loop(&loop_));
    Ok(())
}
