//! Threads that hammer a loop which runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use asyncio::{EventLoop, LoopHandle, Result};

use crate::lane::{Alive, Call, Cancelled, Lane};
use crate::{PATIENCE, THREADS, wait_until};

/// A thread does not run ahead of the loop by more than this.
const MOST_CALLS_UNDER_WAY: u64 = 10_000;

/// What all threads and the loop have in common.
struct Shared {
    handle: LoopHandle,
    /// How often the run of the loop was ended.
    returns: AtomicU64,
    threads_left: AtomicUsize,
    finished: AtomicBool,
}

/// How often a thread did what.
#[derive(Default)]
struct Counts {
    calls: u64,
    cancelled: u64,
    rings: u64,
    coroutines: u64,
    stops: u64,
}

impl Counts {
    fn add(mut self, other: Self) -> Self {
        self.calls += other.calls;
        self.cancelled += other.cancelled;
        self.rings += other.rings;
        self.coroutines += other.coroutines;
        self.stops += other.stops;
        self
    }
}

/// Tells the loop that this thread is through, also if it panicked.
struct Finished<'a>(&'a Shared);

impl Drop for Finished<'_> {
    fn drop(&mut self) {
        if self.0.threads_left.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.finished.store(true, Ordering::SeqCst);
            self.0.handle.stop().expect("the loop is open");
        }
    }
}

/// Hammers until then; says how much was done.
pub(crate) fn hammer(until: Instant) -> Result<String> {
    let loop_ = asyncio::new_event_loop();
    let shared = Arc::new(Shared {
        handle: loop_.handle(),
        returns: AtomicU64::new(0),
        threads_left: AtomicUsize::new(THREADS),
        finished: AtomicBool::new(false),
    });
    let lanes: Vec<Arc<Lane>> = (0..THREADS).map(|_| Arc::default()).collect();
    for lane in &lanes {
        let lane = Arc::clone(lane);
        loop_.create_task(asyncio::wrap(async move { lane.bell.listen().await }));
    }
    let threads: Vec<_> = lanes
        .iter()
        .enumerate()
        .map(|(number, lane)| {
            let (shared, lane) = (Arc::clone(&shared), Arc::clone(lane));
            thread::spawn(move || hammer_from_a_thread(number, &shared, &lane, until))
        })
        .collect();
    while !shared.finished.load(Ordering::SeqCst) {
        loop_.run_forever()?;
        shared.returns.fetch_add(1, Ordering::SeqCst);
    }
    let mut counts = Counts::default();
    for (thread, lane) in threads.into_iter().zip(&lanes) {
        let done = thread.join().expect("the thread saw nothing wrong");
        check(lane, &done);
        counts = counts.add(done);
    }
    // One more than the stops that were asked for: the one at the end.
    assert_eq!(shared.returns.load(Ordering::SeqCst), counts.stops + 1);
    finish(&loop_, &lanes)?;
    let Counts { calls, cancelled, rings, coroutines, stops } = counts;
    Ok(format!(
        "{THREADS} threads: {calls} calls in order, {cancelled} cancelled, {rings} wake-ups, \
         {coroutines} coroutines, {stops} stops"
    ))
}

/// Everything that a thread sent before the last stop has run.
fn check(lane: &Lane, done: &Counts) {
    assert_eq!(lane.ran.load(Ordering::SeqCst), done.calls);
    assert_eq!(lane.dropped.load(Ordering::SeqCst), 0);
    assert_eq!(lane.disorder.load(Ordering::SeqCst), 0);
    assert_eq!(lane.late.load(Ordering::SeqCst), 0);
    assert_eq!(lane.bell.heard.load(Ordering::SeqCst), done.rings);
}

fn finish(loop_: &EventLoop, lanes: &[Arc<Lane>]) -> Result<()> {
    lanes.iter().for_each(|lane| lane.bell.silence());
    loop_.run_until_complete(async {
        while !asyncio::all_tasks()
            .iter()
            .all(|task| Some(task) == asyncio::current_task().as_ref())
        {
            asyncio::sleep(0).await?;
        }
        asyncio::Ok(())
    })?;
    for lane in lanes {
        assert_eq!(lane.coroutines.load(Ordering::SeqCst), 0);
    }
    loop_.close()
}

fn hammer_from_a_thread(
    number: usize,
    shared: &Shared,
    lane: &Arc<Lane>,
    until: Instant,
) -> Counts {
    let _finished = Finished(shared);
    let mut counts = Counts::default();
    let mut turn = 0_u64;
    // The threads are out of step, so that all mixtures come about.
    let mut step = 1 + number as u64;
    while Instant::now() < until {
        turn = turn.wrapping_add(step);
        step = step % 17 + 1;
        send(shared, lane, &mut counts);
        match turn % 32 {
            0..8 => cancel(shared, lane, &mut counts),
            8..16 => ring(lane, &mut counts, turn.is_multiple_of(2)),
            16 => run_a_coroutine(shared, lane, &mut counts),
            17 => cancel_a_coroutine(shared, lane, &mut counts),
            // Only one thread does, so that no two stops become one.
            18 if number == 0 => stop(shared, &mut counts),
            _ => {}
        }
    }
    ring(lane, &mut counts, true);
    counts
}

/// A few calls, to be run in this order.
fn send(shared: &Shared, lane: &Arc<Lane>, counts: &mut Counts) {
    for _ in 0..4 {
        let call = Call::new(lane, counts.calls);
        shared.handle.call_soon_threadsafe(move || call.run()).expect("the loop is open");
        counts.calls += 1;
    }
    let calls = counts.calls;
    wait_until("the loop to catch up", || {
        calls - lane.ran.load(Ordering::SeqCst) < MOST_CALLS_UNDER_WAY
    });
}

/// A call that is cancelled at once, while the loop runs it perhaps.
fn cancel(shared: &Shared, lane: &Arc<Lane>, counts: &mut Counts) {
    let cancelled = Arc::new(Cancelled::default());
    let (running, its_lane) = (Arc::clone(&cancelled), Arc::clone(lane));
    let handle = shared
        .handle
        .call_soon_threadsafe(move || running.run(&its_lane))
        .expect("the loop is open");
    if counts.cancelled.is_multiple_of(3) {
        thread::yield_now();
    }
    handle.cancel();
    cancelled.cancel_has_returned(lane);
    assert!(handle.cancelled());
    counts.cancelled += 1;
}

/// Wakes a task; each wake-up is followed by a poll.
fn ring(lane: &Lane, counts: &mut Counts, wait: bool) {
    counts.rings += 1;
    lane.bell.ring(counts.rings);
    if wait {
        wait_until("a poll", || lane.bell.heard.load(Ordering::SeqCst) == counts.rings);
    }
}

fn run_a_coroutine(shared: &Shared, lane: &Arc<Lane>, counts: &mut Counts) {
    let (number, lane) = (counts.coroutines, Arc::clone(lane));
    let future = shared.handle.run_coroutine_threadsafe(move || {
        let alive = Alive::new(&lane);
        async move {
            let _alive = alive;
            asyncio::sleep(0).await?;
            asyncio::sleep_with(if number.is_multiple_of(2) { 0.0 } else { 1e-4 }, number).await
        }
    });
    assert_eq!(future.take_result(PATIENCE).expect("it sleeps"), number);
    counts.coroutines += 1;
}

fn cancel_a_coroutine(shared: &Shared, lane: &Arc<Lane>, counts: &mut Counts) {
    let its_lane = Arc::clone(lane);
    let future = shared.handle.run_coroutine_threadsafe(move || {
        let alive = Alive::new(&its_lane);
        async move {
            let _alive = alive;
            asyncio::sleep(3600).await
        }
    });
    if counts.coroutines.is_multiple_of(2) {
        thread::yield_now();
    }
    assert!(future.cancel());
    assert!(future.result(PATIENCE).is_err() && future.cancelled());
    counts.coroutines += 1;
}

fn stop(shared: &Shared, counts: &mut Counts) {
    shared.handle.stop().expect("the loop is open");
    counts.stops += 1;
    wait_until("the loop to stop", || shared.returns.load(Ordering::SeqCst) == counts.stops);
}
