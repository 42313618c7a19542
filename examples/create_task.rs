//! Tasks begin at the next iteration, run side by side, and have names.
//!
//! The Python it mirrors is `create_task.py`, beside this file. Run it with `cargo run --example create_task`; it prints
//!
//! ```text
//! Created, and none has run yet
//! Tasks of the loop: 3
//! Task-2: a0
//! second: b0
//! Task-2: a1
//! second: b1
//! second: b2
//! aa bbb
//! Tasks of the loop: 1
//! ```

use asyncio::{Result, TaskOptions, all_tasks, create_task, create_task_with, current_task, sleep};

async fn worker(letter: &str, steps: usize) -> Result<String> {
    let name = current_task().map(|task| task.get_name()).unwrap_or_default();
    for step in 0..steps {
        println!("{name}: {letter}{step}");
        sleep(0).await?;
    }
    Ok(letter.repeat(steps))
}

#[asyncio::main]
async fn main() -> Result<()> {
    let first = create_task(worker("a", 2));
    let second = create_task_with(worker("b", 3), TaskOptions::new().name("second"));
    println!("Created, and none has run yet");
    println!("Tasks of the loop: {}", all_tasks().len());

    println!("{} {}", first.await?, second.await?);
    println!("Tasks of the loop: {}", all_tasks().len());
    Ok(())
}
