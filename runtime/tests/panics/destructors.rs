//! Panics in a `Drop` that the loop runs: of coroutines, closures, values and contexts.

use std::cell::Cell;
use std::future::{Future as _, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;

use asyncio::{Context, ContextVar, Future, Result, Task, TaskGroup};

use crate::scene::{Bomb, Scene, error_of, panics};

const IGNORED: &str = "Exception ignored while dropping: PanicError('boom')";

async fn hold(bomb: Bomb) -> Result<()> {
    let _bomb = bomb;
    asyncio::sleep(3600).await
}

/// Holds it in a future that is not of this crate: a cancellation drops it where it waits.
async fn hold_foreign(bomb: Bomb) -> Result<()> {
    let _bomb = bomb;
    std::future::pending::<()>().await;
    Ok(())
}

#[test]
fn a_coroutine_that_is_cancelled_before_it_began() {
    let scene = Scene::new();
    let task = scene.loop_.create_task(hold(scene.bomb()));
    task.cancel_with("never mind");
    scene.run_briefly();
    assert!(task.cancelled());
    assert_eq!(error_of(task.take_result()), "CancelledError('never mind')");
    scene.expect([IGNORED]);
    scene.goes_on();
}

#[test]
fn a_coroutine_that_is_dropped_where_it_waits_for_a_stranger() {
    let scene = Scene::new();
    let task = scene.loop_.create_task(hold_foreign(scene.bomb()));
    scene.run_briefly();
    task.cancel();
    scene.run_briefly();
    assert!(task.cancelled());
    scene.expect([IGNORED]);
    scene.goes_on();
}

/// It has answered a cancellation with a result that nobody has looked at: the task goes on with
/// something else, and is cancelled there.
#[test]
fn a_future_that_a_cancelled_task_leaves_behind() {
    let scene = Scene::new();
    let bomb = scene.bomb();
    let stubborn = scene.loop_.create_task(async {
        let cancelled = asyncio::sleep(3600).await;
        assert!(cancelled.is_err());
        asyncio::Ok(bomb)
    });
    let mut asked = Some(stubborn);
    let task = scene.loop_.create_task(poll_fn(move |cx| match asked.take() {
        Some(mut stubborn) => {
            assert!(Pin::new(&mut stubborn).poll(cx).is_pending());
            Poll::<Result<()>>::Pending
        }
        None => Poll::Pending,
    }));
    scene.run_briefly();
    task.cancel();
    scene.run_briefly();
    assert!(task.cancelled(), "{task:?}");
    scene.expect([IGNORED]);
    drop(task);
    scene.goes_on();
}

/// What unwinds out of a poll is a panic of the coroutine, whatever it came from.
#[test]
fn a_coroutine_that_the_cancellation_passes_through() {
    let scene = Scene::new();
    let task = scene.loop_.create_task(hold(scene.bomb()));
    scene.run_briefly();
    task.cancel();
    scene.run_briefly();
    assert_eq!(error_of(task.take_result()), "PanicError('boom')");
    drop(task);
    scene.goes_on();
}

#[test]
fn a_wrapped_future_that_is_dropped_by_the_cancellation() {
    let scene = Scene::new();
    let task = scene.loop_.create_task(asyncio::wrap(hold_foreign(scene.bomb())));
    scene.run_briefly();
    task.cancel();
    scene.run_briefly();
    assert_eq!(error_of(task.take_result()), "PanicError('boom')");
    drop(task);
    scene.goes_on();
}

#[test]
fn a_child_of_a_group_that_is_cancelled() {
    let scene = Scene::new();
    let child = hold_foreign(scene.bomb());
    let outcome = scene.loop_.run_until_complete(async {
        TaskGroup::new()
            .run(async |group| {
                group.create_task(child)?;
                asyncio::sleep(1).await?;
                Err(asyncio::ValueError("Oops!"))
            })
            .await
    });
    let group = "ExceptionGroup('unhandled errors in a TaskGroup', [ValueError('Oops!')])";
    assert_eq!(error_of(outcome), group);
    scene.expect([IGNORED]);
    scene.goes_on();
}

#[test]
fn a_coroutine_whose_task_is_done() {
    let scene = Scene::new();
    let bomb = scene.bomb();
    // Kept by the future itself, not by its body: it goes with the coroutine.
    let mut kept = Some(bomb);
    let task = scene.loop_.create_task(std::future::poll_fn(move |_| {
        kept.as_mut().expect("nobody takes it");
        std::task::Poll::Ready(asyncio::Ok(1))
    }));
    scene.run_briefly();
    assert_eq!(task.take_result().unwrap(), 1);
    scene.expect([IGNORED]);
    scene.goes_on();
}

#[test]
fn a_closure_that_is_cancelled() {
    let scene = Scene::new();
    let bomb = scene.bomb();
    let handle = scene.loop_.call_soon(move || drop(bomb));
    let bomb = scene.bomb();
    let timer = scene.loop_.call_later(5, move || drop(bomb));
    // Whoever cancels drops the closure, and is the one to be told.
    assert!(panics(|| handle.cancel()) && panics(|| timer.cancel()));
    assert!(handle.cancelled() && timer.cancelled());
    handle.cancel();
    timer.cancel();
    scene.goes_on();
}

#[test]
fn a_done_callback_that_is_removed() {
    let scene = Scene::new();
    let future: Future<()> = scene.loop_.create_future();
    let calls = Rc::new(Cell::new(0));
    let count = |calls: &Rc<Cell<u32>>| {
        let calls = Rc::clone(calls);
        move |_: &Future<()>| calls.update(|calls| calls + 1)
    };
    let bomb = scene.bomb();
    future.add_done_callback(count(&calls));
    let removed = future.add_done_callback(move |_| drop(bomb));
    future.add_done_callback(count(&calls));
    assert!(panics(|| future.remove_done_callback(removed)));
    assert_eq!(future.remove_done_callback(removed), 0);
    future.set_result(()).unwrap();
    scene.run_briefly();
    assert_eq!(calls.get(), 2);
    scene.goes_on();
}

/// Polls a handle of `future` once and drops it, as a `select!` does that another branch wins.
async fn leave(future: Future<Bomb>) {
    let mut future = Some(future);
    poll_fn(|cx| {
        let pending = future.take().map(|mut future| Pin::new(&mut future).poll(cx).is_pending());
        assert_eq!(pending, Some(true));
        Poll::Ready(())
    })
    .await;
}

/// Its value goes when the step begins that finds it done, and the task does not wait for ever.
#[test]
fn a_future_that_a_step_drops_before_it_polls() {
    let scene = Scene::new();
    let (left, awaited): (Future<Bomb>, Future<()>) =
        (scene.loop_.create_future(), scene.loop_.create_future());
    let (given, waiting) = (left.clone(), awaited.clone());
    let task = scene.loop_.create_task(async {
        leave(given).await;
        waiting.await
    });
    scene.run_briefly();
    assert!(left.set_result(scene.bomb()).is_ok());
    drop(left);
    awaited.set_result(()).unwrap();
    scene.run_briefly();
    assert_eq!(error_of(task.take_result()), "PanicError('boom')");
    drop(task);
    scene.goes_on();
}

/// Its value goes when the task ends, which is no reason not to end.
#[test]
fn a_future_that_a_task_drops_at_its_end() {
    let scene = Scene::new();
    let (left, bomb) = (scene.loop_.create_future(), scene.bomb());
    let task = scene.loop_.create_task(async move {
        leave(left.clone()).await;
        assert!(left.set_result(bomb).is_ok());
        asyncio::Ok(7)
    });
    scene.run_briefly();
    assert_eq!(task.take_result().unwrap(), 7);
    scene.expect([IGNORED]);
    scene.goes_on();
}

/// Leaves a bomb to the loop.
type Leave = fn(&Scene, Bomb);

/// How a value ends up being dropped by the loop and by nobody else, but where a callback of
/// ours does it.
const VALUES: [(&str, Leave); 6] = [
    ("the result of a task that nobody keeps", |scene, bomb| {
        drop(scene.loop_.create_task(async { asyncio::Ok(bomb) }));
    }),
    ("the result of a task that was cancelled right before its end", |scene, bomb| {
        let task: Task<Bomb> = scene.loop_.create_task(async {
            asyncio::current_task().unwrap().cancel();
            asyncio::Ok(bomb)
        });
        task.add_done_callback(|task| assert!(task.cancelled()));
    }),
    ("the result of a task whose cancellation nobody took", |scene, bomb| {
        let (sender, receiver) = futures::channel::oneshot::channel::<()>();
        let task: Task<Bomb> = scene.loop_.create_task(async {
            receiver.await.unwrap();
            asyncio::Ok(bomb)
        });
        scene.run_briefly();
        task.cancel();
        sender.send(()).unwrap();
        task.add_done_callback(|task| assert!(task.cancelled()));
    }),
    ("the result of a future whose last handle is a callback's", |scene, bomb| {
        let future: Future<Bomb> = scene.loop_.create_future();
        future.add_done_callback(|_| ());
        assert!(future.set_result(bomb).is_ok());
    }),
    (GATHERED, |scene, bomb| {
        let gather = async {
            drop(asyncio::gather((async { asyncio::Ok(bomb) },)));
            asyncio::Ok(())
        };
        scene.loop_.create_task(gather);
    }),
    ("what a context variable holds", |scene, bomb| {
        // The bomb has to be `Send` for that, and is let off by a value that is.
        let fuse = Fuse::light(bomb);
        scene.loop_.call_soon(move || drop(FUSE.set(Some(fuse))));
    }),
];

const GATHERED: &str = "what a gather that nobody keeps has gathered";

static FUSE: ContextVar<Option<Arc<Fuse>>> = ContextVar::new("fuse");

/// Drops a bomb that stays on its thread.
struct Fuse;

thread_local! {
    static LIT: Cell<Option<Bomb>> = const { Cell::new(None) };
}

impl Fuse {
    fn light(bomb: Bomb) -> Arc<Self> {
        LIT.set(Some(bomb));
        Arc::new(Self)
    }
}

impl Drop for Fuse {
    fn drop(&mut self) {
        drop(LIT.take());
    }
}

#[test]
fn a_value_that_the_loop_drops() {
    for (name, leave) in VALUES {
        let scene = Scene::new();
        let seen = Rc::new(Cell::new(false));
        leave(&scene, scene.bomb());
        scene.loop_.call_soon({
            let seen = Rc::clone(&seen);
            move || seen.set(true)
        });
        scene.run_briefly();
        assert!(seen.get(), "{name}");
        assert_eq!(scene.alive.count(), 0, "{name}");
        let in_callback = "Exception in callback _done_callback(): PanicError('boom') [handle]";
        let report = if name == GATHERED { in_callback } else { IGNORED };
        assert_eq!(scene.reports(), [report], "{name}");
        scene.goes_on();
    }
}

/// Each way in which a context variable's value goes with a context of the loop's.
#[test]
fn a_context_variables_value_goes_with_its_context() {
    let ways: [fn(&Scene, Arc<Fuse>); 3] = [
        |scene, fuse| drop(scene.loop_.call_later(0, move || drop(FUSE.set(Some(fuse))))),
        |scene, fuse| {
            drop(scene.loop_.create_task(async {
                FUSE.set(Some(fuse));
                asyncio::sleep(0).await
            }));
        },
        |scene, fuse| {
            let future: Future<()> = scene.loop_.create_future();
            future.add_done_callback(move |_| drop(FUSE.set(Some(fuse))));
            future.cancel();
        },
    ];
    for way in ways {
        let scene = Scene::new();
        way(&scene, Fuse::light(scene.bomb()));
        scene.run_briefly();
        scene.expect([IGNORED]);
        scene.goes_on();
    }
}

/// The value goes behind the step, which has asked for another one.
#[test]
fn a_task_that_yields_having_overwritten_what_it_was_made_with() {
    let scene = Scene::new();
    let context = Context::new();
    let fuse = Fuse::light(scene.bomb());
    assert!(context.run(|| drop(FUSE.set(Some(fuse)))).is_ok());
    let yields = async {
        drop(FUSE.set(None));
        asyncio::sleep(0).await
    };
    let task = context.run(|| scene.loop_.create_task(yields));
    drop(context);
    scene.run_briefly();
    scene.expect([IGNORED]);
    assert!(task.is_ok_and(|task| task.done()));
    scene.goes_on();
}

#[test]
fn a_task_that_overwrites_a_context_variable() {
    let scene = Scene::new();
    let fuse = Fuse::light(scene.bomb());
    let task = scene.loop_.create_task(async {
        FUSE.set(Some(fuse));
        asyncio::sleep(0).await?;
        // The token of the old value is dropped here, and the value with it.
        FUSE.set(None);
        asyncio::Ok(())
    });
    scene.run_briefly();
    assert_eq!(error_of(task.take_result()), "PanicError('boom')");
    drop(task);
    scene.goes_on();
}

#[test]
fn everything_that_is_left_when_the_loop_closes() {
    let scene = Scene::new();
    let (started, bomb) = (scene.loop_.create_task(hold(scene.bomb())), scene.bomb());
    scene.run_briefly();
    let future: Future<()> = scene.loop_.create_future();
    future.add_done_callback(move |_| drop(bomb));
    future.set_result(()).unwrap();
    let bomb = scene.bomb();
    scene.loop_.call_soon(move || drop(bomb));
    let bomb = scene.bomb();
    scene.loop_.call_later(1, move || drop(bomb));
    let bomb = scene.bomb();
    scene.loop_.call_later(2, move || drop(bomb));
    let unstarted = scene.loop_.create_task(hold(scene.bomb()));
    scene.loop_.close().unwrap();
    assert!(scene.loop_.is_closed());
    assert_eq!(scene.alive.count(), 0);
    assert!(!started.done() && !unstarted.done());
    let pending = "Task was destroyed but it is pending! [task]";
    scene.expect([IGNORED, IGNORED, IGNORED, IGNORED, IGNORED, pending, pending, IGNORED]);
    assert!(panics(|| scene.loop_.call_soon(|| ())));
}
