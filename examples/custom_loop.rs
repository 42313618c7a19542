//! A loop of one's own: made, set as the thread's, run, tidied up and closed.
//!
//! The Python it mirrors is `custom_loop.py`, beside this file. Run it with `cargo run --example custom_loop`; it prints
//!
//! ```text
//! Task completed!
//! ```

use asyncio::{Result, get_event_loop, new_event_loop, set_event_loop, sleep};

async fn my_task() -> Result<()> {
    sleep(1).await?;
    println!("Task completed!");
    Ok(())
}

fn main() -> Result<()> {
    let custom_loop = new_event_loop();
    set_event_loop(Some(&custom_loop));
    assert_eq!(get_event_loop(), custom_loop);
    assert!(asyncio::_get_running_loop().is_none()); // set does not mean running

    custom_loop.run_until_complete(my_task())?;
    custom_loop.run_until_complete({
        let custom_loop = custom_loop.clone();
        async move { custom_loop.shutdown_asyncgens().await }
    })?;

    set_event_loop(None);
    custom_loop.close()
}
