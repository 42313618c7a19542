//! What is shielded goes on when those who wait for it are cancelled, or have no more time.
//!
//! The Python it mirrors is `shield.py`, beside this file. Run it with `cargo run --example shield`; it prints
//!
//! ```text
//! serve() is cancelled, what it waits for is not
//! letter is saved
//! 6
//! It takes a while
//! novel is saved
//! 5
//! serve() is cancelled, what it waits for is not
//! Nobody saves the poem
//! ```

use asyncio::{
    CancelledError, Result, Task, TimeoutError, create_task, shield, sleep, wait, wait_for,
};

async fn save(document: &str) -> Result<usize> {
    sleep(0.2).await?;
    println!("{document} is saved");
    Ok(document.len())
}

async fn serve(saving: Task<usize>) -> Result<usize> {
    match shield(saving).await {
        Err(error) if error.is::<CancelledError>() => {
            println!("serve() is cancelled, what it waits for is not");
            Err(error)
        }
        outcome => outcome,
    }
}

#[asyncio::main]
async fn main() -> Result<()> {
    let saving = create_task(save("letter"));
    let serving = create_task(serve(saving.clone()));
    sleep(0.1).await?;
    serving.cancel();
    wait([serving]).await?;
    println!("{}", saving.await?);

    // Without the shield `wait_for` would cancel the task.
    let saving = create_task(save("novel"));
    match wait_for!(shield(saving.clone()), 0.1).await {
        Err(error) if error.is::<TimeoutError>() => println!("It takes a while"),
        outcome => drop(outcome?),
    }
    println!("{}", saving.await?);

    // A shield has one side only.
    let saving = create_task(save("poem"));
    let serving = create_task(serve(saving.clone()));
    sleep(0.1).await?;
    saving.cancel();
    wait([serving]).await?;
    println!("Nobody saves the poem");
    Ok(())
}
