//! A limit of time for a block, which can be moved while the block runs.
//!
//! The Python it mirrors is `timeout.py`, beside this file. Run it with `cargo run --example timeout`; it prints
//!
//! ```text
//! The block is cancelled
//! The time is over
//! Step 0
//! Step 1
//! Step 2
//! The block is cancelled
//! The outer time is over
//! RuntimeError: Cannot change state of finished Timeout
//! ```

use asyncio::{
    CancelledError, Result, RuntimeError, TimeoutError, get_running_loop, sleep, timeout,
    timeout_at,
};

async fn wait_long() -> Result<()> {
    match sleep(3600).await {
        Err(error) if error.is::<CancelledError>() => {
            println!("The block is cancelled");
            Err(error)
        }
        outcome => outcome,
    }
}

#[asyncio::main]
async fn main() -> Result<()> {
    let loop_ = get_running_loop();

    // A cancellation inside of the block, a TimeoutError outside.
    match timeout(0.1).run(async |_| wait_long().await).await {
        Err(error) if error.is::<TimeoutError>() => println!("The time is over"),
        outcome => outcome?,
    }

    let limit = timeout(None);
    limit
        .run(async |limit| {
            assert_eq!(limit.when(), None);
            for step in 0..3 {
                limit.reschedule(loop_.time() + 0.4)?; // a new limit for each step
                sleep(0.2).await?;
                println!("Step {step}");
            }
            asyncio::Ok(())
        })
        .await?;
    assert!(!limit.expired());

    // Each timeout knows its own cancellation.
    let (outer, inner) = (timeout_at(loop_.time() + 0.1), timeout(3600));
    let outcome = outer
        .run(async |_| match inner.run(async |_| wait_long().await).await {
            Err(error) if error.is::<TimeoutError>() => {
                println!("Not the inner one");
                Ok(())
            }
            outcome => outcome,
        })
        .await;
    match outcome {
        Err(error) if error.is::<TimeoutError>() => {
            assert!(outer.expired() && !inner.expired());
            println!("The outer time is over");
        }
        outcome => outcome?,
    }

    match limit.reschedule(loop_.time() + 1.0) {
        Err(error) if error.is::<RuntimeError>() => println!("RuntimeError: {error}"),
        outcome => outcome?,
    }
    Ok(())
}
