//! Eight threads hammer a loop: calls, cancellations, wake-ups, coroutines and stops; all at once
//! and then in silence; and at last loops are closed under their hands.
//!
//! `cargo test` gives it a moment. To see it work:
//! `ASYNCIO_HAMMER_SECONDS=30 cargo test --release -p asyncio --test hammer -- --nocapture`
#![forbid(unsafe_code)]

#[path = "hammer/bursts.rs"]
mod bursts;
#[path = "hammer/closing.rs"]
mod closing;
#[path = "hammer/lane.rs"]
mod lane;
#[path = "hammer/running.rs"]
mod running;

use std::env;
use std::time::{Duration, Instant};

const THREADS: usize = 8;

/// How long nobody should have to wait for anything.
const PATIENCE: Duration = Duration::from_secs(60);

fn seconds() -> f64 {
    match env::var("ASYNCIO_HAMMER_SECONDS") {
        Ok(seconds) => seconds.parse().expect("ASYNCIO_HAMMER_SECONDS is a number"),
        Err(_) => 0.3,
    }
}

/// Waits until `is_so`, without sleeping.
#[track_caller]
fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < PATIENCE, "waited in vain for {what}");
        std::thread::yield_now();
    }
}

#[test]
fn nothing_is_lost_and_each_threads_order_is_kept() -> asyncio::Result<()> {
    let started = Instant::now();
    let budget = Duration::from_secs_f64(seconds());
    println!("{}", running::hammer(started + budget / 2)?);
    println!("{}", bursts::hammer(started + budget * 3 / 4)?);
    println!("{}", closing::hammer(started + budget)?);
    Ok(())
}
