//! The runs are those that one could write by hand: the same program with a callback that cancels.

use std::panic::catch_unwind;
use std::sync::{Arc, Mutex};

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

/// What happened, a run in a list.
type Notes = Arc<Mutex<Vec<Vec<String>>>>;

fn note(notes: &Notes, what: String) {
    let mut runs = notes.lock().expect("no run holds it");
    runs.last_mut().expect("a run has begun").push(what);
}

/// Calls `then` in a second, when who waits is to go on.
fn in_a_second(then: impl FnOnce() + 'static) {
    get_running_loop().call_later(1, then);
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
            create_task(async move {
                sleep(1).await?;
                notifier.lock().await?.notify_all()
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
fn by_hand(place: &'static str, cancels: bool) -> Vec<String> {
    let notes = Notes::default();
    let its_notes = Arc::clone(&notes);
    let main = async move {
        let task = create_task(program(place, its_notes));
        let it = task.clone();
        get_running_loop().call_soon(move || {
            if cancels {
                it.cancel();
            }
        });
        let _ = wait([task]).await;
        asyncio::Ok(())
    };
    let options = RunOptions::new().debug(false).loop_factory(EventLoop::with_virtual_clock);
    run_with(main, options).expect("it fails not");
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
        assert_eq!(notes[0], by_hand(place, false), "{place}, as it is");
        assert_eq!(notes[1], by_hand(place, true), "{place}, cancelled");
        assert_ne!(notes[0], notes[1], "{place}");
    }
}
