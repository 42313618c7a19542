//! Loops that are closed while threads still send: each call runs, is dropped or is refused.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Instant;

use asyncio::__private::set_log_sink;
use asyncio::{LoopHandle, Result, concurrent};

use crate::lane::{Alive, Call, Lane};
use crate::{PATIENCE, THREADS};

/// While the loop is open, a thread does not run ahead of it by more than this.
const MOST_CALLS_UNDER_WAY: u64 = 200;

/// What a thread did until it was refused.
struct Sent {
    /// Calls that the loop accepted; the one after them was refused.
    calls: u64,
    coroutines: Vec<concurrent::Future<u64>>,
}

/// Closes loops until then, one at least; says how many.
pub(crate) fn hammer(until: Instant) -> Result<String> {
    // Each loop has a task that is pending when it closes, and says so.
    set_log_sink(Some(std::rc::Rc::new(|_| ())));
    let (mut loops, mut calls, mut ran) = (0_u64, 0, 0);
    while loops == 0 || Instant::now() < until {
        let (sent, run) = close_one(loops)?;
        loops += 1;
        calls += sent;
        ran += run;
    }
    set_log_sink(None);
    Ok(format!("{loops} loops closed: {ran} of {calls} calls ran, the others were dropped"))
}

/// How many calls one loop accepted, and how many it ran.
fn close_one(number: u64) -> Result<(u64, u64)> {
    let loop_ = asyncio::new_event_loop();
    let (start, closing) = (Arc::new(Barrier::new(THREADS + 1)), Arc::new(AtomicBool::new(false)));
    let lanes: Vec<Arc<Lane>> = (0..THREADS).map(|_| Arc::default()).collect();
    let threads: Vec<_> = lanes
        .iter()
        .map(|lane| {
            let listener = Arc::clone(lane);
            loop_.create_task(asyncio::wrap(async move { listener.bell.listen().await }));
            let (handle, lane) = (loop_.handle(), Arc::clone(lane));
            let (start, closing) = (Arc::clone(&start), Arc::clone(&closing));
            thread::spawn(move || {
                start.wait();
                send_until_refused(&handle, &lane, &closing)
            })
        })
        .collect();
    start.wait();
    for _ in 0..number % 20 {
        loop_.run_until_complete(asyncio::sleep(0))?;
    }
    let handle = loop_.handle();
    closing.store(true, Ordering::SeqCst);
    if number.is_multiple_of(2) {
        loop_.close()?;
    }
    // The last handle closes what is open still.
    drop(loop_);
    assert!(handle.stop().is_err() && handle.call_soon_threadsafe(|| ()).is_err());
    let mut totals = (0, 0);
    for (thread, lane) in threads.into_iter().zip(&lanes) {
        let sent = thread.join().expect("the thread saw nothing wrong");
        totals.0 += sent.calls;
        totals.1 += check(lane, sent);
    }
    Ok(totals)
}

/// Accounts for everything that a thread sent; returns how many of its calls ran.
fn check(lane: &Lane, sent: Sent) -> u64 {
    let ran = lane.ran.load(Ordering::SeqCst);
    assert_eq!(lane.disorder.load(Ordering::SeqCst), 0);
    // Also the one that was refused is dropped.
    assert_eq!(ran + lane.dropped.load(Ordering::SeqCst), sent.calls + 1);
    for future in sent.coroutines {
        match future.take_result(PATIENCE) {
            Ok(number) => assert_eq!(number, 7),
            Err(error) => assert_eq!(error.to_string(), "Event loop is closed"),
        }
    }
    assert_eq!(lane.coroutines.load(Ordering::SeqCst), 0);
    ran
}

fn send_until_refused(handle: &LoopHandle, lane: &Arc<Lane>, closing: &AtomicBool) -> Sent {
    let mut sent = Sent { calls: 0, coroutines: Vec::new() };
    loop {
        let call = Call::new(lane, sent.calls);
        if handle.call_soon_threadsafe(move || call.run()).is_err() {
            break;
        }
        sent.calls += 1;
        lane.bell.ring(sent.calls);
        if sent.calls.is_multiple_of(8) {
            sent.coroutines.push(start(handle, lane));
        }
        while !closing.load(Ordering::SeqCst)
            && sent.calls - lane.ran.load(Ordering::SeqCst) > MOST_CALLS_UNDER_WAY
        {
            thread::yield_now();
        }
    }
    // What comes now is too late, and harmless.
    sent.coroutines.push(start(handle, lane));
    lane.bell.ring(0);
    lane.bell.silence();
    sent
}

fn start(handle: &LoopHandle, lane: &Arc<Lane>) -> concurrent::Future<u64> {
    let lane = Arc::clone(lane);
    handle.run_coroutine_threadsafe(move || {
        let alive = Alive::new(&lane);
        async move {
            let _alive = alive;
            asyncio::sleep(0).await?;
            asyncio::Ok(7)
        }
    })
}
