//! A panic in a coroutine is its task's exception, to be awaited like any other.

use std::cell::Cell;
use std::future::Future as StdFuture;
use std::pin::Pin;
use std::rc::Rc;

use asyncio::{
    CancelledError, Future, KeyboardInterrupt, PanicError, Result, Task, TaskGroup, TaskOptions,
    ValueError,
};

use crate::alive::Guard;
use crate::scene::{Scene, error_of, panics};

/// Panics after so many awaits.
async fn unlucky(guard: Guard, awaits: u32) -> Result<u32> {
    let _guard = guard;
    for _ in 0..awaits {
        asyncio::sleep(0).await?;
    }
    panic!("boom")
}

/// Ends when it is cancelled, and says so.
async fn sibling(guard: Guard, cancelled: Rc<Cell<u32>>) -> Result<()> {
    let _guard = guard;
    let outcome = asyncio::sleep(3600).await;
    cancelled.update(|count| count + 1);
    outcome
}

type Coroutine = Pin<Box<dyn StdFuture<Output = Result<u32>>>>;

/// Waits for a coroutine, and passes on what becomes of it.
type Way = fn(Coroutine) -> Coroutine;

/// Every way in which somebody waits for an unlucky coroutine and gets its panic alone.
const WAYS: [(&str, Way); 11] = [
    ("await", |coroutine| coroutine),
    ("task", |coroutine| Box::pin(async { asyncio::create_task(coroutine).await })),
    ("task by reference", |coroutine| {
        Box::pin(async {
            let task = asyncio::create_task(coroutine);
            (&task).await
        })
    }),
    ("eager task", |coroutine| {
        Box::pin(async {
            let options = TaskOptions::new().eager_start(true);
            asyncio::create_task_with(coroutine, options).await
        })
    }),
    ("gather", |coroutine| Box::pin(async { Ok(asyncio::gather((coroutine,)).await?.0) })),
    ("gather_all", |coroutine| {
        Box::pin(async { Ok(asyncio::gather_all([coroutine]).await?.remove(0)) })
    }),
    ("shield", |coroutine| Box::pin(async { asyncio::shield(coroutine).await })),
    ("wait_for", |coroutine| Box::pin(asyncio::wait_for(coroutine, 100))),
    ("timeout", |coroutine| {
        Box::pin(async { asyncio::timeout(100).run(async move |_| coroutine.await).await })
    }),
    ("wait", |coroutine| {
        Box::pin(async {
            let task = asyncio::create_task(coroutine);
            let (done, pending) = asyncio::wait([&task]).await?;
            assert_eq!((done.len(), pending.len()), (1, 0));
            done[0].take_result()
        })
    }),
    ("as_completed", |coroutine| {
        Box::pin(async {
            let mut results = asyncio::as_completed([coroutine]);
            results.next().expect("there is one").await
        })
    }),
];

#[test]
fn whoever_waits_gets_it() {
    for (name, way) in WAYS {
        for awaits in [0, 1, 5] {
            let scene = Scene::new();
            let coroutine = way(Box::pin(unlucky(scene.alive.guard(), awaits)));
            let error = scene.loop_.run_until_complete(coroutine).expect_err(name);
            assert_eq!(format!("{error:?}"), "PanicError('boom')", "{name}");
            let payload = error.downcast_ref::<PanicError>().and_then(PanicError::take_payload);
            assert_eq!(payload.expect(name).downcast_ref(), Some(&"boom"), "{name}");
            drop(error);
            scene.run_briefly();
            scene.goes_on();
        }
    }
}

#[test]
fn what_nobody_waits_for_is_reported() {
    for eager in [false, true] {
        let scene = Scene::new();
        let guard = scene.alive.guard();
        scene.loop_.call_soon(move || {
            let options = TaskOptions::new().eager_start(eager);
            drop(asyncio::create_task_with(unlucky(guard, 0), options));
        });
        scene.run_briefly();
        scene.expect(["Task exception was never retrieved: PanicError('boom') [future]"]);
        scene.goes_on();
    }
}

#[test]
fn an_eager_first_step_does_not_panic_at_its_creator() {
    let scene = Scene::new();
    let guard = scene.alive.guard();
    let (before, error) = scene
        .loop_
        .run_until_complete(async {
            let me = asyncio::current_task();
            let options = TaskOptions::new().eager_start(true);
            let task = asyncio::create_task_with(unlucky(guard, 0), options);
            assert!(task.done());
            assert_eq!(asyncio::current_task(), me);
            asyncio::Ok((asyncio::all_tasks().len(), task.await.unwrap_err()))
        })
        .unwrap();
    assert_eq!((before, format!("{error:?}").as_str()), (1, "PanicError('boom')"));
    drop(error);
    scene.goes_on();
}

/// Python's constructor of a task raises it at its creator; here it is panicked with.
#[test]
fn an_exit_out_of_an_eager_first_step_ends_the_run() {
    let scene = Scene::new();
    let guard = scene.alive.guard();
    scene.loop_.call_soon(move || {
        let exit = async move {
            let _guard = guard;
            Err::<(), _>(KeyboardInterrupt())
        };
        asyncio::create_task_with(exit, TaskOptions::new().eager_start(true));
    });
    let later: Task<u8> = scene.loop_.create_task(async { asyncio::Ok(1) });
    assert_eq!(error_of(scene.loop_.run_forever()), "KeyboardInterrupt()");
    assert!(!later.done());
    assert_eq!(scene.loop_.run_until_complete(later).unwrap(), 1);
    let reports = scene.reports();
    assert_eq!(reports, ["Task exception was never retrieved: KeyboardInterrupt() [future]"]);
    scene.goes_on();
}

#[test]
fn a_group_cancels_the_siblings_of_a_child_that_panics() {
    for awaits in [0, 3] {
        let scene = Scene::new();
        let cancelled = Rc::new(Cell::new(0));
        let (first, second) = (
            sibling(scene.alive.guard(), Rc::clone(&cancelled)),
            sibling(scene.alive.guard(), Rc::clone(&cancelled)),
        );
        let child = unlucky(scene.alive.guard(), awaits);
        let outcome = scene.loop_.run_until_complete(async {
            TaskGroup::new()
                .run(async |group| {
                    group.create_task(first)?;
                    group.create_task(child)?;
                    group.create_task(second)?;
                    asyncio::sleep(10).await
                })
                .await
        });
        let group = "ExceptionGroup('unhandled errors in a TaskGroup', [PanicError('boom')])";
        assert_eq!(error_of(outcome), group);
        assert_eq!(cancelled.get(), 2);
        assert_eq!(scene.loop_.time(), 0.0);
        scene.goes_on();
    }
}

/// As an exception in the body does in Python.
#[test]
fn a_group_whose_body_panics_cancels_its_tasks() {
    let scene = Scene::new();
    let cancelled = Rc::new(Cell::new(0));
    let child = sibling(scene.alive.guard(), Rc::clone(&cancelled));
    let outcome = scene.loop_.run_until_complete(async {
        TaskGroup::new()
            .run(async |group| -> Result<()> {
                group.create_task(child)?;
                asyncio::sleep(0).await?;
                panic!("boom")
            })
            .await
    });
    let group = "ExceptionGroup('unhandled errors in a TaskGroup', [PanicError('boom')])";
    assert_eq!(error_of(outcome), group);
    assert_eq!(cancelled.get(), 1);
    scene.goes_on();
}

/// They cannot be cancelled, which the group tries when its body has failed, but not again when the
/// panic drops it.
#[test]
fn a_group_whose_tasks_wait_for_each_other_in_a_ring() {
    let scene = Scene::new();
    let guard = scene.alive.guard();
    let outcome = scene.loop_.run_until_complete(async {
        TaskGroup::new()
            .run(async |group| {
                let slot: Future<Future<Vec<()>>> = Future::new();
                let next = slot.clone();
                let task = group.create_task(async move {
                    let _guard = guard;
                    next.await?.await.map(drop)
                })?;
                slot.set_result(asyncio::gather_all([task]))?;
                asyncio::sleep(1).await?;
                Err(ValueError("boom"))
            })
            .await
    });
    assert_eq!(error_of(outcome), "RecursionError('maximum recursion depth exceeded')");
    scene.loop_.close().unwrap();
    scene.expect(["Task was destroyed but it is pending! [task]"]);
    assert_eq!(scene.alive.count(), 0);
}

#[test]
fn a_timeout_whose_body_panics_leaves_no_timer() {
    let scene = Scene::new();
    let outcome = scene.loop_.run_until_complete({
        let timeout = asyncio::timeout_at(50);
        async move {
            let body = timeout.run(async |_| -> Result<()> {
                asyncio::sleep(0).await?;
                panic!("boom")
            });
            body.await
        }
    });
    assert_eq!(error_of(outcome), "PanicError('boom')");
    scene.loop_.run_until_complete(asyncio::sleep(100)).unwrap();
    scene.goes_on();
}

#[test]
fn the_first_of_two_panics_is_gathers_and_the_second_is_nobodys() {
    let scene = Scene::new();
    let (first, second) = (unlucky(scene.alive.guard(), 0), unlucky(scene.alive.guard(), 2));
    let outcome = scene.loop_.run_until_complete(async { asyncio::gather((first, second)).await });
    assert_eq!(error_of(outcome), "PanicError('boom')");
    scene.run_briefly();
    scene.goes_on();
}

#[test]
fn gather_returns_panics_among_the_exceptions() {
    let scene = Scene::new();
    let (first, second) = (unlucky(scene.alive.guard(), 0), unlucky(scene.alive.guard(), 2));
    let outcomes = scene
        .loop_
        .run_until_complete(async { asyncio::gather_return_exceptions((first, second)).await })
        .unwrap();
    assert_eq!(error_of(outcomes.0), "PanicError('boom')");
    assert_eq!(error_of(outcomes.1), "PanicError('boom')");
    scene.goes_on();
}

/// A panic while it cleans up takes the place of the cancellation.
#[test]
fn a_cancelled_coroutine_may_panic_in_its_cleanup() {
    let scene = Scene::new();
    let guard = scene.alive.guard();
    let task = scene.loop_.create_task(async move {
        let _guard = guard;
        let error = asyncio::sleep(3600).await.unwrap_err();
        assert!(error.is::<CancelledError>());
        asyncio::sleep(1).await?;
        assert!(error.is::<KeyboardInterrupt>(), "boom");
        asyncio::Ok(())
    });
    scene.run_briefly();
    task.cancel();
    scene.run_briefly();
    scene.run_briefly();
    assert!(task.done() && !task.cancelled());
    assert_eq!(error_of(task.take_result()), "PanicError('boom')");
    drop(task);
    scene.goes_on();
}

#[test]
fn a_task_factory_that_panics_leaves_no_task() {
    let scene = Scene::new();
    scene.loop_.set_task_factory(|_, _, _| panic!("no task"));
    let coroutine = unlucky(scene.alive.guard(), 0);
    assert!(panics(|| scene.loop_.create_task(coroutine)));
    assert_eq!(asyncio::all_tasks_of(&scene.loop_), []);
    scene.loop_.clear_task_factory();
    scene.goes_on();
}

#[test]
fn an_eager_task_in_a_context_that_is_entered_leaves_nothing_behind() {
    let scene = Scene::new();
    let coroutine = unlucky(scene.alive.guard(), 0);
    let alive = scene.alive.clone();
    let error = scene.loop_.run_until_complete(async move {
        let context = asyncio::current_task().unwrap().get_context();
        let options = TaskOptions::new().context(&context).eager_start(true);
        assert!(panics(move || asyncio::create_task_with(coroutine, options)));
        assert_eq!(alive.count(), 0);
        assert_eq!(asyncio::all_tasks().len(), 1);
        asyncio::Ok(())
    });
    error.unwrap();
    scene.goes_on();
}
