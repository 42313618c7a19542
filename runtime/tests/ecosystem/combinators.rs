//! The combinators of `futures` over handles and coroutines of ours.

use std::cell::{Cell, RefCell};
use std::future::IntoFuture;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;

use asyncio::{
    CancelledError, Error, EventLoop, Future, PanicError, Result, Task, TaskGroup, ValueError,
};
use futures::executor::LocalPool;
use futures::future::{self, Either};
use futures::stream::{self, FuturesUnordered};
use futures::task::LocalSpawnExt;
use futures::{FutureExt, StreamExt, TryStreamExt};

fn virtual_loop() -> EventLoop {
    EventLoop::with_virtual_clock()
}

fn run_briefly(loop_: &EventLoop) -> Result<()> {
    loop_.run_until_complete(asyncio::sleep(1))
}

/// A task that sleeps for so many seconds and returns their number.
fn sleeper(loop_: &EventLoop, seconds: u32) -> Task<u32> {
    loop_.create_task(asyncio::sleep_with(seconds, seconds))
}

#[test]
fn join_waits_for_coroutines_handles_and_strangers() -> Result<()> {
    let loop_ = virtual_loop();
    let task = sleeper(&loop_, 2);
    let (sender, receiver) = tokio::sync::oneshot::channel();
    loop_.call_later(3, move || sender.send(3).unwrap());
    let joined = loop_.run_until_complete(async move {
        asyncio::Ok(futures::join!(asyncio::sleep_with(1, 1), task, receiver))
    })?;
    assert_eq!((joined.0?, joined.1?, joined.2.unwrap()), (1, 2, 3));
    assert_eq!(loop_.time(), 3.0);
    loop_.close()
}

#[test]
fn try_join_gives_up_at_the_first_failure_and_cancels_nothing() -> Result<()> {
    let loop_ = virtual_loop();
    let task = sleeper(&loop_, 2);
    let handle = task.clone();
    let failing = async {
        asyncio::sleep(1).await?;
        Err::<(), _>(ValueError("Oops!"))
    };
    let outcome = loop_.run_until_complete(async { futures::try_join!(handle, failing) });
    assert_eq!(format!("{:?}", outcome.unwrap_err()), "ValueError('Oops!')");
    assert_eq!(loop_.time(), 1.0);
    assert_eq!(loop_.run_until_complete(task)?, 2);
    loop_.close()
}

#[test]
fn select_leaves_the_loser_running() -> Result<()> {
    let loop_ = virtual_loop();
    let (slow, quick) = (sleeper(&loop_, 5), sleeper(&loop_, 1));
    let winner = loop_.run_until_complete({
        let slow = slow.clone();
        async move {
            futures::select! {
                seconds = (&slow).into_future().fuse() => seconds,
                seconds = (&quick).into_future().fuse() => seconds,
            }
        }
    })?;
    assert_eq!((winner, loop_.time()), (1, 1.0));
    assert!(!slow.done());
    assert_eq!(loop_.run_until_complete(slow)?, 5);
    assert_eq!(loop_.time(), 5.0);
    loop_.close()
}

#[test]
fn select_in_a_loop_misses_neither_messages_nor_ticks() -> Result<()> {
    let loop_ = virtual_loop();
    let (sender, mut receiver) = futures::channel::mpsc::unbounded();
    for second in [2, 3, 7] {
        let sender = sender.clone();
        loop_.call_later(f64::from(second) + 0.5, move || sender.unbounded_send(second).unwrap());
    }
    loop_.call_later(8, move || sender.close_channel());
    let seen = loop_.run_until_complete(async move {
        let mut seen = Vec::new();
        let mut tick = Box::pin(asyncio::sleep(2).fuse());
        loop {
            futures::select_biased! {
                message = receiver.next() => match message {
                    Some(number) => seen.push(format!("message {number}")),
                    None => return asyncio::Ok(seen),
                },
                outcome = tick => {
                    outcome?;
                    seen.push(format!("tick at {}", asyncio::get_running_loop().time()));
                    tick.set(asyncio::sleep(2).fuse());
                }
            }
        }
    })?;
    let expected = ["tick at 2", "message 2", "message 3", "tick at 4", "tick at 6", "message 7"];
    // The channel is closed at 8, before the timer of that second, which was set later, fires.
    assert_eq!(seen, expected);
    loop_.close()
}

#[test]
fn futures_unordered_gives_results_as_they_come() -> Result<()> {
    let loop_ = virtual_loop();
    let tasks: Vec<_> = [3, 1, 2].map(|seconds| sleeper(&loop_, seconds)).into();
    let order = loop_.run_until_complete(async move {
        let mut set = FuturesUnordered::from_iter(tasks);
        let mut order = Vec::new();
        while let Some(seconds) = set.try_next().await? {
            order.push((seconds, asyncio::get_running_loop().time()));
        }
        asyncio::Ok(order)
    })?;
    assert_eq!(order, [(1, 1.0), (2, 2.0), (3, 3.0)]);
    loop_.close()
}

/// More than thirty are polled through a waker of the combinator's own.
#[test]
fn join_all_waits_for_few_and_for_many() -> Result<()> {
    for count in [1, 30, 31, 1000] {
        let loop_ = virtual_loop();
        let joined = loop_.run_until_complete(async move {
            let coroutines = (0..count).map(|n| asyncio::sleep_with(f64::from(n % 10), n));
            let tasks = (0..count).map(|n| asyncio::create_task(asyncio::sleep_with(1, n)));
            let all = future::join(future::join_all(coroutines), future::join_all(tasks)).await;
            asyncio::Ok(all)
        })?;
        let expected: Vec<_> = (0..count).collect();
        assert_eq!(joined.0.into_iter().collect::<Result<Vec<_>>>()?, expected);
        assert_eq!(joined.1.into_iter().collect::<Result<Vec<_>>>()?, expected);
        assert_eq!(loop_.time(), f64::from((count - 1).clamp(1, 9)));
        assert_eq!(asyncio::all_tasks_of(&loop_), []);
        loop_.close()?;
    }
    Ok(())
}

#[test]
fn buffered_streams_run_so_many_at_once() -> Result<()> {
    let loop_ = virtual_loop();
    let (running, most) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
    let job = |seconds: u32| {
        let (running, most) = (Rc::clone(&running), Rc::clone(&most));
        async move {
            running.update(|running| running + 1);
            most.set(most.get().max(running.get()));
            asyncio::sleep(seconds).await?;
            running.update(|running| running - 1);
            asyncio::Ok(seconds)
        }
    };
    let jobs: Vec<_> = [4, 1, 2, 1].into_iter().map(job).collect();
    let ordered = stream::iter(jobs).buffered(2).try_collect::<Vec<_>>();
    assert_eq!(loop_.run_until_complete(ordered)?, [4, 1, 2, 1]);
    assert_eq!((loop_.time(), most.get()), (6.0, 2));
    let jobs: Vec<_> = [4, 1, 2, 1].into_iter().map(job).collect();
    let unordered = stream::iter(jobs).buffer_unordered(2).try_collect::<Vec<_>>();
    assert_eq!(loop_.run_until_complete(unordered)?, [1, 2, 4, 1]);
    assert_eq!((loop_.time(), most.get()), (10.0, 2));
    loop_.close()
}

#[test]
fn as_completed_is_a_stream_like_any() -> Result<()> {
    let loop_ = virtual_loop();
    let seen = loop_.run_until_complete(async {
        let tasks = [3, 1, 2].map(|n| asyncio::create_task(asyncio::sleep_with(n, n)));
        asyncio::as_completed(tasks)
            .and_then(asyncio::ensure_future)
            .map_ok(|n| 10 * n)
            .try_collect::<Vec<_>>()
            .await
    })?;
    assert_eq!(seen, [10, 20, 30]);
    loop_.close()
}

#[test]
fn select_all_and_select_ok_take_handles() -> Result<()> {
    let loop_ = virtual_loop();
    let tasks: Vec<_> = [3, 1, 2].map(|seconds| sleeper(&loop_, seconds)).into();
    let (first, index, rest) =
        loop_.run_until_complete(async move { asyncio::Ok(future::select_all(tasks).await) })?;
    assert_eq!((first?, index, rest.len()), (1, 1, 2));
    let failing = loop_.create_task(async { Err::<u32, _>(ValueError("x")) });
    let tasks: Vec<Task<u32>> = rest.into_iter().chain([failing]).collect();
    let (second, rest) = loop_.run_until_complete(future::select_ok(tasks))?;
    assert_eq!((second, rest.len(), loop_.time()), (2, 1, 2.0));
    loop_.close()
}

#[test]
fn shared_gives_one_result_to_many() -> Result<()> {
    let loop_ = virtual_loop();
    let shared = sleeper(&loop_, 3).shared();
    let tasks: Vec<_> = (0..3).map(|_| loop_.create_task(shared.clone())).collect();
    assert_eq!(loop_.run_until_complete(asyncio::gather_all(tasks))?, [3, 3, 3]);
    loop_.close()
}

/// As in Python, where a task that is cancelled cancels the future that it waits for.
#[test]
fn cancelling_one_who_waits_for_what_is_shared_cancels_it_for_all() -> Result<()> {
    let loop_ = virtual_loop();
    let inner = sleeper(&loop_, 3);
    let shared = inner.clone().shared();
    let tasks: Vec<_> = (0..3).map(|_| loop_.create_task(shared.clone())).collect();
    run_briefly(&loop_)?;
    tasks[1].cancel();
    for task in tasks {
        assert!(loop_.run_until_complete(task).unwrap_err().is::<CancelledError>());
    }
    assert!(inner.cancelled());
    loop_.close()
}

#[test]
fn a_shield_keeps_what_is_shared_from_one_waiters_cancellation() -> Result<()> {
    let loop_ = virtual_loop();
    let inner = sleeper(&loop_, 3);
    let tasks: Vec<_> = (0..3)
        .map(|_| {
            let inner = inner.clone();
            loop_.create_task(async move { asyncio::shield(&inner).boxed_local().await })
        })
        .collect();
    run_briefly(&loop_)?;
    tasks[1].cancel();
    let mut outcomes =
        loop_.run_until_complete(asyncio::gather_all_return_exceptions(tasks))?.into_iter();
    assert_eq!(outcomes.next().unwrap()?, 3);
    assert!(outcomes.next().unwrap().unwrap_err().is::<CancelledError>());
    assert_eq!(outcomes.next().unwrap()?, 3);
    loop_.close()
}

#[test]
fn abortable_is_a_second_way_to_give_up() -> Result<()> {
    let loop_ = virtual_loop();
    let task = sleeper(&loop_, 5);
    let (abortable, abort) = future::abortable(task.clone());
    let waiting = loop_.create_task(asyncio::wrap(abortable));
    run_briefly(&loop_)?;
    abort.abort();
    assert!(loop_.run_until_complete(waiting)?.is_err());
    assert_eq!(loop_.time(), 1.0);
    assert_eq!(loop_.run_until_complete(task)?, 5);
    loop_.close()
}

#[test]
fn catch_unwind_catches_inside_a_task() -> Result<()> {
    async fn unlucky() -> Result<()> {
        asyncio::sleep(1).await?;
        panic!("out of luck")
    }
    let loop_ = virtual_loop();
    let caught = loop_
        .run_until_complete(asyncio::wrap(AssertUnwindSafe(unlucky()).catch_unwind()))?
        .unwrap_err();
    assert_eq!(caught.downcast_ref(), Some(&"out of luck"));
    let error = loop_.run_until_complete(unlucky()).unwrap_err();
    assert!(error.is::<PanicError>());
    loop_.close()
}

#[test]
fn now_or_never_looks_and_leaves_nothing_behind() -> Result<()> {
    let loop_ = virtual_loop();
    let future: Future<u8> = loop_.create_future();
    assert!(future.clone().now_or_never().is_none());
    assert!((&future).into_future().now_or_never().is_none());
    future.set_result(1)?;
    assert_eq!((&future).into_future().now_or_never().unwrap()?, 1);
    assert_eq!(future.now_or_never().unwrap()?, 1);
    loop_.close()
}

#[test]
fn another_executor_waits_for_our_tasks() -> Result<()> {
    let loop_ = virtual_loop();
    let task = sleeper(&loop_, 2);
    let mut pool = LocalPool::new();
    let answer = Rc::new(Cell::new(None));
    let note = Rc::clone(&answer);
    let waiting = async move { note.set(Some(task.await.unwrap())) };
    pool.spawner().spawn_local(waiting).unwrap();
    pool.run_until_stalled();
    assert_eq!(answer.get(), None);
    loop_.run_until_complete(asyncio::sleep(3))?;
    assert_eq!(answer.get(), None);
    pool.run_until_stalled();
    assert_eq!(answer.get(), Some(2));
    loop_.close()
}

#[test]
fn a_cancellation_is_raised_in_every_coroutine_of_a_join() -> Result<()> {
    for count in [3, 40] {
        let loop_ = virtual_loop();
        let cleaned = Rc::new(RefCell::new(Vec::new()));
        let note = Rc::clone(&cleaned);
        let task = loop_.create_task(async move {
            let child = |number: i32| {
                let note = Rc::clone(&note);
                async move {
                    let outcome = asyncio::sleep(100).await;
                    note.borrow_mut().push(number);
                    outcome
                }
            };
            let outcomes = future::join_all((0..count).map(child)).await;
            outcomes.into_iter().collect::<Result<()>>()
        });
        run_briefly(&loop_)?;
        assert!(task.cancel_with("all of you"));
        let error = loop_.run_until_complete(task).unwrap_err();
        assert_eq!(format!("{error:?}"), "CancelledError('all of you')");
        assert_eq!(*cleaned.borrow(), (0..count).collect::<Vec<_>>());
        assert_eq!(loop_.time(), 1.0);
        loop_.close()?;
    }
    Ok(())
}

#[test]
fn for_each_concurrent_cleans_up_when_it_is_cancelled() -> Result<()> {
    let loop_ = virtual_loop();
    let seen = Rc::new(RefCell::new(Vec::new()));
    let note = Rc::clone(&seen);
    let task = loop_.create_task(async move {
        let work = stream::iter(0..5).for_each_concurrent(2, |number| {
            let note = Rc::clone(&note);
            async move {
                let outcome = asyncio::sleep(10).await;
                let how = if outcome.is_ok() { "done" } else { "cancelled" };
                note.borrow_mut().push((number, how));
            }
        });
        asyncio::wrap(work).await
    });
    loop_.call_later(15, {
        let task = task.clone();
        move || task.cancel()
    });
    // It swallows the request, as a coroutine of Python that catches CancelledError does.
    loop_.run_until_complete(task)?;
    let expected = [(0, "done"), (1, "done"), (2, "cancelled"), (3, "cancelled"), (4, "done")];
    assert_eq!(*seen.borrow(), expected);
    assert_eq!(loop_.time(), 25.0);
    loop_.close()
}

#[test]
fn a_cancelled_select_cancels_what_both_sides_wait_for() -> Result<()> {
    let loop_ = virtual_loop();
    let (a, b): (Future<()>, Future<()>) = (loop_.create_future(), loop_.create_future());
    let (left, right) = (a.clone(), b.clone());
    let task = loop_.create_task(async move {
        match future::select(left, right).await {
            Either::Left((outcome, _)) => outcome,
            Either::Right(_) => Err(ValueError("the left side is polled first")),
        }
    });
    run_briefly(&loop_)?;
    task.cancel();
    assert!(a.cancelled() && b.cancelled());
    assert!(loop_.run_until_complete(task).unwrap_err().is::<CancelledError>());
    loop_.close()
}

/// What a combinator that is gone once waited for is nobody's business any more.
#[test]
fn a_dropped_combinator_has_no_share_in_a_later_cancellation() -> Result<()> {
    let loop_ = virtual_loop();
    let shared: Future<()> = loop_.create_future();
    let waiting = shared.clone();
    let task = loop_.create_task(async move {
        let mut set = FuturesUnordered::from_iter([waiting]);
        let tick = Box::pin(asyncio::sleep(1));
        let Either::Right(_) = future::select(set.next(), tick).await else {
            return Err(ValueError("nobody ends the shared future"));
        };
        drop(set);
        asyncio::wrap(future::pending::<()>()).await
    });
    loop_.run_until_complete(asyncio::sleep(2))?;
    task.cancel();
    run_briefly(&loop_)?;
    assert!(task.cancelled());
    assert!(!shared.done());
    assert_eq!(format!("{shared:?}"), "<Future pending>");
    loop_.close()
}

/// As closing its coroutine does in Python: no task outlives its group.
#[test]
fn a_group_that_a_combinator_drops_cancels_its_tasks() -> Result<()> {
    let loop_ = virtual_loop();
    let cancelled = Rc::new(Cell::new(0));
    let count = Rc::clone(&cancelled);
    let task = loop_.create_task(async move {
        let group = TaskGroup::new();
        let running = group.run(async |group| {
            for _ in 0..2 {
                let count = Rc::clone(&count);
                group.create_task(async move {
                    let outcome = asyncio::sleep(100).await;
                    count.update(|count| count + 1);
                    outcome
                })?;
            }
            asyncio::sleep(100).await
        });
        let tick = asyncio::sleep(1);
        futures::select! {
            outcome = Box::pin(running).fuse() => outcome,
            outcome = Box::pin(tick).fuse() => outcome,
        }
    });
    loop_.run_until_complete(task)?;
    run_briefly(&loop_)?;
    assert_eq!(cancelled.get(), 2);
    assert_eq!(asyncio::all_tasks_of(&loop_), []);
    loop_.close()
}

#[test]
fn a_tasks_error_travels_through_try_combinators() -> Result<()> {
    let loop_ = virtual_loop();
    let numbers = stream::iter([1, 0, 3]).map(Ok).and_then(|number: u32| async move {
        asyncio::sleep(1).await?;
        match number {
            0 => Err(ValueError("zero")),
            number => asyncio::Ok(number),
        }
    });
    let outcome = loop_.run_until_complete(numbers.try_collect::<Vec<_>>());
    assert!(matches!(outcome, Err(error) if Error::is::<asyncio::ValueError>(&error)));
    assert_eq!(loop_.time(), 2.0);
    loop_.close()
}
