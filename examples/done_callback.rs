//! A callback at the end of a task: beside `run_until_complete`, and to stop `run_forever`.
//!
//! The Python it mirrors is `done_callback.py`, beside this file. Run it with `cargo run --example done_callback`; it prints
//!
//! ```text
//! Got: Future is done!
//! Got, and stops the loop: Future is done!
//! ```

use asyncio::{Result, Task, get_event_loop, sleep};

async fn slow_operation() -> Result<&'static str> {
    sleep(1).await?;
    Ok("Future is done!")
}

fn got_result(task: &Task<&'static str>) -> Result<()> {
    println!("Got: {}", task.result()?);
    Ok(())
}

fn got_result_and_stop(task: &Task<&'static str>) -> Result<()> {
    println!("Got, and stops the loop: {}", task.result()?);
    task.get_loop().stop();
    Ok(())
}

fn main() -> Result<()> {
    let loop_ = get_event_loop();
    let task = loop_.create_task(slow_operation());
    task.add_done_callback(got_result);
    loop_.run_until_complete(task)?;

    let task = loop_.create_task(slow_operation());
    task.add_done_callback(got_result_and_stop);
    loop_.run_forever()?;
    loop_.close()
}
