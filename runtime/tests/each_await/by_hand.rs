//! The runs are those that one could write by hand: the same program with a callback that cancels.

use std::cell::Cell;
use std::panic::catch_unwind;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};

use asyncio::__private::{RunOptions, each_await, iteration, run_with};
use asyncio::{
    Barrier, Condition, Event, EventLoop, Lock, Queue, Result, TaskGroup, create_task,
    current_task, gather, get_running_loop, shield, sleep, timeout, wait, wait_for,
};

use crate::findings::options;

/// What a task may be suspended in.
const PLACES: [&str; 15] = [
    "yield",
    "sleep",
    "future",
    "task",
    "gather",
    "wait",
    "shield",
    "wait_for",
    "timeout",
    "group",
    "lock",
    "event",
    "condition",
    "barrier",
    "queue",
];

/// Those of which the cause to go on is a callback, which may cancel as well.
const WOKEN_BY_A_CALLBACK: [&str; 5] = ["future", "lock", "event", "condition", "queue"];

/// What happened, a run in a list.
type Notes = Arc<Mutex<Vec<Vec<String>>>>;

fn note(notes: &Notes, what: String) {
    let mut runs = notes.lock().expect("no run holds it");
    runs.last_mut().expect("a run has begun").push(what);
}

/// Where the callback stands that cancels the program.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cancel {
    Never,
    /// Behind the step in which it was suspended.
    Behind,
    /// Between what wakes it and its next step.
    Woken,
}

thread_local! {
    static CANCEL: Cell<Cancel> = const { Cell::new(Cancel::Never) };
}

/// Calls `then` in a second, when who waits is to go on.
fn in_a_second(then: impl FnOnce() + 'static) {
    let it = current_task().expect("a task");
    get_running_loop().call_later(1, move || {
        then();
        if CANCEL.get() == Cancel::Woken {
            it.cancel();
        }
    });
}

async fn wait_at(place: &str) -> Result<()> {
    match place {
        "yield" => sleep(0).await,
        "sleep" => sleep(1).await,
        "future" => {
            let future = get_running_loop().create_future();
            let setter = future.clone();
            in_a_second(move || _ = setter.set_result(()));
            future.await
        }
        "task" => create_task(sleep(1)).await,
        "gather" => gather((sleep(1), sleep(2))).await.map(drop),
        "wait" => wait([create_task(sleep(1))]).await.map(drop),
        "shield" => shield(sleep(1)).await,
        "wait_for" => wait_for(sleep(1), 2).await,
        "timeout" => timeout(2).run(async |_| sleep(1).await).await,
        "group" => {
            let body = async |group: &TaskGroup| group.create_task(sleep(1)).map(drop);
            TaskGroup::new().run(body).await
        }
        _ => wait_in_line(place).await,
    }
}

async fn wait_in_line(place: &str) -> Result<()> {
    match place {
        "lock" => {
            let lock = Lock::new();
            lock.acquire().await?;
            let releaser = lock.clone();
            in_a_second(move || _ = releaser.release());
            lock.acquire().await.map(drop)
        }
        "event" => {
            let event = Event::new();
            let setter = event.clone();
            in_a_second(move || setter.set());
            event.wait().await.map(drop)
        }
        "condition" => {
            let condition = Condition::new();
            let notifier = condition.clone();
            in_a_second(move || {
                let lock = pin!(notifier.acquire());
                let mut cx = Context::from_waker(Waker::noop());
                assert!(lock.poll(&mut cx).is_ready(), "nobody else holds the lock");
                notifier.notify_all().and(notifier.release()).expect("it is held");
            });
            condition.lock().await?.wait().await.map(drop)
        }
        "barrier" => {
            let barrier = Barrier::new(2);
            let another = barrier.clone();
            create_task(async move {
                sleep(1).await?;
                another.wait().await
            });
            barrier.wait().await.map(drop)
        }
        _ => {
            let queue = Queue::new(0);
            let putter = queue.clone();
            in_a_second(move || _ = putter.put_nowait(()));
            queue.get().await
        }
    }
}

/// Waits at a place, and notes when it went on, how, and with what behind and before it.
async fn program(place: &'static str, notes: Notes) -> Result<()> {
    notes.lock().expect("no run holds it").push(Vec::new());
    let loop_ = get_running_loop();
    let begun = iteration(&loop_);
    let (task, its_notes) = (current_task().expect("a task"), Arc::clone(&notes));
    let name = task.get_name();
    loop_.call_soon(move || {
        // Without the name, which is not the same by hand.
        let repr = format!("{task:?}").replace(&name, "Task-N");
        let repr = repr.split(" coro=").next().unwrap_or_default().to_owned();
        note(&its_notes, format!("the callback behind it sees {repr}"));
    });
    let outcome = wait_at(place).await;
    let (after, time) = (iteration(&loop_) - begun, loop_.time());
    let cancelling = current_task().expect("a task").cancelling();
    note(&notes, format!("goes on after {after}, at {time}: {outcome:?}, cancelling {cancelling}"));
    outcome
}

/// The notes of the program with or without a callback that cancels it behind its first step.
fn by_hand(place: &'static str, cancel: Cancel) -> Vec<String> {
    let notes = Notes::default();
    let its_notes = Arc::clone(&notes);
    let main = async move {
        CANCEL.set(cancel);
        let task = create_task(program(place, its_notes));
        let it = task.clone();
        get_running_loop().call_soon(move || {
            if cancel == Cancel::Behind {
                it.cancel();
            }
        });
        let _ = wait([task]).await;
        asyncio::Ok(())
    };
    let options = RunOptions::new().debug(false).loop_factory(EventLoop::with_virtual_clock);
    run_with(main, options).expect("it fails not");
    CANCEL.set(Cancel::Never);
    let notes = notes.lock().expect("no run holds it");
    notes[0].clone()
}

#[test]
fn the_runs_are_as_by_hand() {
    for place in PLACES {
        let notes = Notes::default();
        let its_notes = Arc::clone(&notes);
        // Some leave tasks, which is none of the business here.
        let _ = catch_unwind(|| {
            each_await(|| program(place, Arc::clone(&its_notes)), options());
        });
        let notes = notes.lock().expect("no run holds it");
        assert_eq!(notes[0], by_hand(place, Cancel::Never), "{place}, as it is");
        assert_eq!(notes[1], by_hand(place, Cancel::Behind), "{place}, cancelled at once");
        assert_ne!(notes[0], notes[1], "{place}");
        if WOKEN_BY_A_CALLBACK.contains(&place) {
            let woken = by_hand(place, Cancel::Woken);
            assert_eq!(notes[2], woken, "{place}, cancelled when it was about to go on");
            assert!(notes[0] != woken && notes[1] != woken, "{place}");
        }
    }
}
