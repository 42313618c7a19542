//! Threads that all speak at once and then wait: no later word makes up for one that was lost.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Instant;

use asyncio::{LoopHandle, Result};

use crate::lane::{Call, Lane};
use crate::{THREADS, wait_until};

/// What all threads have in common.
struct Shared {
    handle: LoopHandle,
    together: Barrier,
    over: AtomicBool,
}

/// Bursts until then, one at least; says how many.
pub(crate) fn hammer(until: Instant) -> Result<String> {
    let loop_ = asyncio::new_event_loop();
    let shared = Arc::new(Shared {
        handle: loop_.handle(),
        together: Barrier::new(THREADS),
        over: AtomicBool::new(false),
    });
    let threads: Vec<_> = (0..THREADS)
        .map(|number| {
            let (shared, lane) = (Arc::clone(&shared), Arc::new(Lane::default()));
            let listener = Arc::clone(&lane);
            loop_.create_task(asyncio::wrap(async move { listener.bell.listen().await }));
            thread::spawn(move || burst(number, &shared, &lane, until))
        })
        .collect();
    let joining = thread::spawn({
        let handle = loop_.handle();
        move || {
            let bursts = threads.into_iter().map(|thread| thread.join());
            let bursts: Vec<_> = bursts.collect();
            handle.stop().expect("the loop is open");
            bursts
        }
    });
    loop_.run_forever()?;
    let bursts = joining.join().expect("it only waits");
    let bursts: Vec<u64> =
        bursts.into_iter().map(|burst| burst.expect("the thread saw nothing wrong")).collect();
    assert!(bursts.iter().all(|burst| *burst == bursts[0]));
    loop_.run_until_complete(asyncio::sleep(0))?;
    assert_eq!(asyncio::all_tasks_of(&loop_), []);
    loop_.close()?;
    Ok(format!("{} bursts of {THREADS} threads, all answered", bursts[0]))
}

/// One word a round, of one kind or the other; returns how many rounds there were.
fn burst(number: usize, shared: &Shared, lane: &Arc<Lane>, until: Instant) -> u64 {
    let (mut rounds, mut calls, mut rings) = (0, 0, 0);
    loop {
        if number == 0 {
            shared.over.store(rounds > 0 && Instant::now() >= until, Ordering::SeqCst);
        }
        shared.together.wait();
        let over = shared.over.load(Ordering::SeqCst);
        shared.together.wait();
        if over {
            break;
        }
        if (rounds + number as u64).is_multiple_of(2) {
            let call = Call::new(lane, calls);
            shared.handle.call_soon_threadsafe(move || call.run()).expect("the loop is open");
            calls += 1;
            wait_until("a call", || lane.ran.load(Ordering::SeqCst) == calls);
        } else {
            rings += 1;
            lane.bell.ring(rings);
            wait_until("a poll", || lane.bell.heard.load(Ordering::SeqCst) == rings);
        }
        rounds += 1;
    }
    lane.bell.silence();
    rounds
}
