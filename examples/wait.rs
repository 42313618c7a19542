//! Waits for the first of several tasks, for some time, for the first failure, for all of them.
//!
//! The Python it mirrors is `wait.py`, beside this file. Run it with `cargo run --example wait`; it prints
//!
//! ```text
//! First: done a, pending b c d
//! Timeout: done a b, pending c d
//! Failure: done a b c, pending d
//! All: done a b c d, pending none
//! c keeps its exception: ValueError('Oops!')
//! ValueError: Set of Tasks/Futures is empty.
//! ```

use asyncio::{
    FIRST_COMPLETED, FIRST_EXCEPTION, Result, Task, TaskOptions, ValueError, WaitOptions,
    create_task_with, sleep, wait, wait_with,
};

async fn succeed(delay: f64) -> Result<()> {
    sleep(delay).await
}

async fn fail(delay: f64) -> Result<()> {
    sleep(delay).await?;
    Err(ValueError("Oops!"))
}

fn named(name: &str) -> TaskOptions {
    TaskOptions::new().name(name)
}

fn names(tasks: &[Task<()>]) -> String {
    if tasks.is_empty() {
        return "none".to_owned();
    }
    // They come in the order in which they were given.
    tasks.iter().map(|task| task.get_name()).collect::<Vec<_>>().join(" ")
}

fn show(title: &str, (done, pending): (Vec<Task<()>>, Vec<Task<()>>)) {
    println!("{title}: done {}, pending {}", names(&done), names(&pending));
}

#[asyncio::main]
async fn main() -> Result<()> {
    let a = create_task_with(succeed(0.1), named("a"));
    let b = create_task_with(succeed(0.3), named("b"));
    let c = create_task_with(fail(0.6), named("c"));
    let d = create_task_with(succeed(3600.0), named("d"));
    let tasks = [a, b, c.clone(), d.clone()];

    let first = WaitOptions::new().return_when(FIRST_COMPLETED);
    show("First", wait_with(&tasks, first).await?);
    let some_time = WaitOptions::new().timeout(0.35);
    show("Timeout", wait_with(&tasks, some_time).await?); // an `Ok`
    let failure = WaitOptions::new().return_when(FIRST_EXCEPTION);
    show("Failure", wait_with(&tasks, failure).await?);

    // What is pending goes on, unless it is cancelled.
    d.cancel();
    show("All", wait(&tasks).await?);
    assert!(d.cancelled());
    if let Some(error) = c.exception()? {
        println!("c keeps its exception: {error:?}");
    }

    match wait::<[Task<()>; 0]>([]).await {
        Err(error) if error.is::<ValueError>() => println!("ValueError: {error}"),
        outcome => drop(outcome?),
    }
    Ok(())
}
