//! An exception leaves a task where the task is waited for.
//!
//! The Python it mirrors is `task_exception.py`, beside this file. Run it with `cargo run --example task_exception`; it prints
//!
//! ```text
//! Caught exception: Oops!
//! The task keeps it: ValueError('Oops!')
//! ```

use asyncio::{Result, ValueError, get_event_loop};

async fn faulty_task() -> Result<()> {
    Err(ValueError("Oops!"))
}

fn main() -> Result<()> {
    let loop_ = get_event_loop();
    let task = loop_.create_task(faulty_task());

    match loop_.run_until_complete(task.clone()) {
        Err(error) if error.is::<ValueError>() => println!("Caught exception: {error}"),
        outcome => outcome?,
    }

    if let Some(error) = task.exception()? {
        println!("The task keeps it: {error:?}");
    }
    loop_.close()
}
