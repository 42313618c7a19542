//! Futures of others in our tasks: wakers, threads, combinators, cancellation.
#![forbid(unsafe_code)]

use std::cell::{Cell, RefCell};
use std::future::{Future as StdFuture, IntoFuture, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;

use asyncio::{CancelledError, EventLoop, Future, Result, TimeoutError, ValueError};

/// Ready when somebody says so; keeps the last waker it was polled with.
#[derive(Clone, Default)]
struct Signal(Arc<Mutex<(bool, Option<Waker>)>>);

impl Signal {
    fn set(&self) {
        let waker = {
            let mut state = self.0.lock().unwrap();
            state.0 = true;
            state.1.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl StdFuture for Signal {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.0.lock().unwrap();
        if state.0 {
            return Poll::Ready(());
        }
        state.1 = Some(cx.waker().clone());
        Poll::Pending
    }
}

/// Polls two futures in one step, with the task's own waker.
async fn join<A: StdFuture + Unpin, B: StdFuture + Unpin>(
    mut a: A,
    mut b: B,
) -> (A::Output, B::Output) {
    let (mut left, mut right) = (None, None);
    poll_fn(move |cx| {
        if left.is_none()
            && let Poll::Ready(output) = Pin::new(&mut a).poll(cx)
        {
            left = Some(output);
        }
        if right.is_none()
            && let Poll::Ready(output) = Pin::new(&mut b).poll(cx)
        {
            right = Some(output);
        }
        match (left.take(), right.take()) {
            (Some(l), Some(r)) => Poll::Ready((l, r)),
            (l, r) => {
                (left, right) = (l, r);
                Poll::Pending
            }
        }
    })
    .await
}

fn virtual_loop() -> EventLoop {
    EventLoop::with_virtual_clock()
}

#[test]
fn a_thread_wakes_a_sleeping_loop() -> Result<()> {
    let signal = Signal::default();
    let setter = signal.clone();
    let thread = thread::spawn(move || {
        while setter.0.lock().unwrap().1.is_none() {
            thread::yield_now();
        }
        setter.set();
    });
    asyncio::run(asyncio::wrap(signal))?;
    thread.join().unwrap();
    Ok(())
}

#[test]
fn the_borrowed_waker_may_visit_another_thread() -> Result<()> {
    let mut visits = 0;
    let visit = poll_fn(move |cx| {
        visits += 1;
        if visits == 2 {
            return Poll::Ready(());
        }
        let waker = cx.waker();
        thread::scope(|scope| {
            scope.spawn(|| {
                let owned = waker.clone();
                waker.wake_by_ref();
                owned.wake();
            });
        });
        Poll::Pending
    });
    asyncio::run(asyncio::wrap(visit))
}

#[test]
fn a_clone_will_wake_what_later_polls_lend() -> Result<()> {
    let mut first: Option<Waker> = None;
    let polls = poll_fn(move |cx| match &first {
        None => {
            first = Some(cx.waker().clone());
            cx.waker().wake_by_ref();
            Poll::Pending
        }
        Some(first) => Poll::Ready(first.will_wake(cx.waker())),
    });
    assert!(asyncio::run(asyncio::wrap(polls))?);
    Ok(())
}

#[test]
fn wakers_of_two_tasks_are_not_one() -> Result<()> {
    asyncio::run(async {
        let wakers: Rc<RefCell<Vec<Waker>>> = Rc::default();
        let mut tasks = Vec::new();
        for _ in 0..2 {
            let wakers = Rc::clone(&wakers);
            tasks.push(asyncio::create_task(asyncio::wrap(poll_fn(move |cx| {
                wakers.borrow_mut().push(cx.waker().clone());
                Poll::Ready(())
            }))));
        }
        for task in tasks {
            task.await?;
        }
        let wakers = wakers.borrow();
        assert!(!wakers[0].will_wake(&wakers[1]));
        asyncio::Ok(())
    })
}

#[test]
fn wakes_are_coalesced_into_one_step() -> Result<()> {
    let polls = Rc::new(Cell::new(0));
    let count = Rc::clone(&polls);
    asyncio::run(asyncio::wrap(poll_fn(move |cx| {
        count.set(count.get() + 1);
        if count.get() == 2 {
            return Poll::Ready(());
        }
        for _ in 0..5 {
            cx.waker().wake_by_ref();
            let clone = cx.waker().clone();
            clone.wake();
        }
        Poll::Pending
    })))?;
    assert_eq!(polls.get(), 2);
    Ok(())
}

#[test]
fn a_waker_outlives_its_task_and_its_loop() -> Result<()> {
    let signal = Signal::default();
    let loop_ = virtual_loop();
    let task = loop_.create_task(asyncio::wrap(signal.clone()));
    loop_.run_until_complete(asyncio::sleep(1))?;
    task.cancel();
    loop_.run_until_complete(asyncio::sleep(1))?;
    assert!(task.cancelled());
    let waker = signal.0.lock().unwrap().1.clone().unwrap();
    waker.wake_by_ref();
    loop_.run_until_complete(asyncio::sleep(1))?;
    loop_.close()?;
    drop((loop_, task));
    waker.wake_by_ref();
    thread::spawn(move || waker.wake()).join().unwrap();
    Ok(())
}

#[test]
fn our_future_in_a_foreign_executor() -> Result<()> {
    struct Flag(Mutex<u32>);
    impl Wake for Flag {
        fn wake(self: Arc<Self>) {
            *self.0.lock().unwrap() += 1;
        }
    }
    let loop_ = virtual_loop();
    let future: Future<u8> = loop_.create_future();
    let flag = Arc::new(Flag(Mutex::new(0)));
    let waker = Waker::from(Arc::clone(&flag));
    let mut cx = Context::from_waker(&waker);
    let mut polled = pin!(future.clone());
    assert!(polled.as_mut().poll(&mut cx).is_pending());
    assert!(polled.as_mut().poll(&mut cx).is_pending());
    future.set_result(7)?;
    // Registered once, however often it was polled.
    assert_eq!(*flag.0.lock().unwrap(), 1);
    match polled.poll(&mut cx) {
        Poll::Ready(value) => assert_eq!(value?, 7),
        Poll::Pending => panic!("it is done"),
    }
    loop_.close()
}

#[test]
fn a_cancellation_reaches_every_future_of_a_join() -> Result<()> {
    let loop_ = virtual_loop();
    let (a, b) = (loop_.create_future::<()>(), loop_.create_future::<()>());
    let (a2, b2) = (a.clone(), b.clone());
    let task = loop_.create_task(async move {
        let (left, right) = join(a2, b2).await;
        assert!(left.unwrap_err().is::<CancelledError>());
        assert!(right.unwrap_err().is::<CancelledError>());
        asyncio::Ok("cleaned up")
    });
    loop_.run_until_complete(asyncio::sleep(1))?;
    assert!(task.cancel_with("enough"));
    assert!(a.cancelled() && b.cancelled());
    assert_eq!(loop_.run_until_complete(task)?, "cleaned up");
    loop_.close()
}

#[test]
fn a_future_that_a_step_left_out_can_still_wake_the_task() -> Result<()> {
    let loop_ = virtual_loop();
    let future: Future<u8> = loop_.create_future();
    let setter = future.clone();
    loop_.call_later(2, move || setter.set_result(7));
    let signal = Signal::default();
    let early = signal.clone();
    loop_.call_later(1, move || early.set());
    let (mut future, mut signal, mut polls) = (future, signal, 0);
    let task = loop_.create_task(asyncio::wrap(poll_fn(move |cx| {
        polls += 1;
        match polls {
            // The second step polls the signal alone.
            1 => {
                assert!(Pin::new(&mut signal).poll(cx).is_pending());
                assert!(Pin::new(&mut future).poll(cx).is_pending());
                Poll::Pending
            }
            2 => Poll::Pending,
            _ => Pin::new(&mut future).poll(cx),
        }
    })));
    assert_eq!(loop_.run_until_complete(asyncio::wait_for(task, 60))??, 7);
    assert_eq!(loop_.time(), 2.0);
    loop_.close()
}

#[test]
fn what_a_combinator_dropped_does_not_pile_up() -> Result<()> {
    let loop_ = virtual_loop();
    let loser: Future<()> = loop_.create_future();
    let keep = loser.clone();
    let task = loop_.create_task(async move {
        for _ in 0..100 {
            let (mut loser, mut winner) = (loser.clone(), pin!(asyncio::sleep(1)));
            poll_fn(|cx| {
                assert!(Pin::new(&mut loser).poll(cx).is_pending());
                winner.as_mut().poll(cx)
            })
            .await?;
        }
        asyncio::Ok(())
    });
    loop_.call_later(50, move || {
        assert_eq!(format!("{keep:?}"), "<Future pending cb=[Task.task_wakeup()]>");
    });
    loop_.run_until_complete(&task)?;
    loop_.close()
}

#[test]
fn a_task_in_a_foreign_future_alone_ends_cancelled() -> Result<()> {
    struct OnDrop(Rc<Cell<u32>>);
    impl Drop for OnDrop {
        fn drop(&mut self) {
            self.0.set(self.0.get() + 1);
        }
    }
    let loop_ = virtual_loop();
    let drops = Rc::new(Cell::new(0));
    let guard = OnDrop(Rc::clone(&drops));
    let task = loop_.create_task(async move {
        let _guard = guard;
        poll_fn::<(), _>(|_| Poll::Pending).await;
        asyncio::Ok(())
    });
    loop_.run_until_complete(asyncio::sleep(1))?;
    assert!(task.cancel_with("why"));
    assert_eq!(task.cancelling(), 1);
    let error = loop_.run_until_complete(&task).unwrap_err();
    assert_eq!(format!("{error:?}"), "CancelledError('why')");
    assert!(task.cancelled());
    assert_eq!(drops.get(), 1);
    loop_.close()
}

#[test]
fn wrap_raises_and_the_task_goes_on() -> Result<()> {
    let loop_ = virtual_loop();
    let task = loop_.create_task(async {
        let error = asyncio::wrap(poll_fn::<(), _>(|_| Poll::Pending)).await.unwrap_err();
        assert!(error.is::<CancelledError>());
        asyncio::sleep(1).await?;
        asyncio::Ok("refused")
    });
    loop_.run_until_complete(asyncio::sleep(1))?;
    task.cancel();
    assert_eq!(loop_.run_until_complete(&task)?, "refused");
    loop_.close()
}

#[test]
fn the_next_await_of_ours_takes_a_cancellation() -> Result<()> {
    let loop_ = virtual_loop();
    let signal = Signal::default();
    let waiting = signal.clone();
    let task = loop_.create_task(async move {
        waiting.await;
        let error = asyncio::sleep(1).await.unwrap_err();
        assert!(error.is::<CancelledError>());
        asyncio::Ok("reached")
    });
    loop_.run_until_complete(asyncio::sleep(1))?;
    // Ready and cancelled at once: the step that the cancellation scheduled gets past the signal.
    task.cancel();
    signal.set();
    assert_eq!(loop_.run_until_complete(&task)?, "reached");
    loop_.close()
}

#[test]
fn a_cancellation_that_nobody_took_discards_the_result() -> Result<()> {
    let loop_ = virtual_loop();
    let signal = Signal::default();
    let waiting = signal.clone();
    let task = loop_.create_task(async move {
        waiting.await;
        asyncio::Ok(())
    });
    loop_.run_until_complete(asyncio::sleep(1))?;
    task.cancel();
    signal.set();
    assert!(loop_.run_until_complete(&task).unwrap_err().is::<CancelledError>());
    assert!(task.cancelled());
    loop_.close()
}

#[test]
fn wait_for_gives_up_on_a_foreign_future() -> Result<()> {
    let loop_ = virtual_loop();
    let outcome = loop_.run_until_complete(asyncio::wait_for(
        async {
            poll_fn::<(), _>(|_| Poll::Pending).await;
            asyncio::Ok(())
        },
        5,
    ));
    assert!(outcome.unwrap_err().is::<TimeoutError>());
    assert_eq!(loop_.time(), 5.0);
    loop_.close()
}

#[test]
fn a_block_that_a_select_dropped_leaves_nothing_behind() -> Result<()> {
    let loop_ = virtual_loop();
    let outcome = loop_.run_until_complete(async {
        let limit = asyncio::timeout(1);
        let group = asyncio::TaskGroup::new();
        {
            let mut slow = pin!(limit.run(async |_| asyncio::sleep(3600).await));
            let mut grouped = pin!(group.run(async |group| {
                group.create_task(async {
                    asyncio::sleep(2).await?;
                    Err::<(), _>(ValueError("late"))
                })?;
                asyncio::sleep(3600).await
            }));
            let mut quick = pin!(asyncio::sleep(0.5));
            poll_fn(|cx| {
                assert!(slow.as_mut().poll(cx).is_pending());
                assert!(grouped.as_mut().poll(cx).is_pending());
                quick.as_mut().poll(cx)
            })
            .await?;
        }
        asyncio::sleep(5).await?;
        assert!(!limit.expired());
        asyncio::Ok(asyncio::current_task().unwrap().cancelling())
    });
    assert_eq!(outcome?, 0);
    assert_eq!(loop_.time(), 5.5);
    loop_.close()
}

#[test]
fn a_timeout_in_a_join_is_its_own_business() -> Result<()> {
    async fn work(seconds: f64) -> Result<f64> {
        asyncio::sleep_with(seconds, seconds).await
    }
    let loop_ = virtual_loop();
    let outcome = loop_.run_until_complete(async {
        let foreign = asyncio::wait_for(asyncio::wrap(std::future::pending::<()>()), 1);
        let (ours, foreign) = (Box::pin(join_two(work(3.0), 2.0, work(4.0), 5.0)), foreign);
        let ((late, fine), foreign) = join(ours, Box::pin(foreign)).await;
        assert!(late.unwrap_err().is::<TimeoutError>());
        assert!(foreign.unwrap_err().is::<TimeoutError>());
        assert_eq!(asyncio::current_task().unwrap().cancelling(), 0);
        fine
    });
    assert_eq!(outcome?, 4.0);
    assert_eq!(loop_.time(), 4.0);
    loop_.close()
}

async fn join_two(
    a: impl StdFuture<Output = Result<f64>>,
    a_timeout: f64,
    b: impl StdFuture<Output = Result<f64>>,
    b_timeout: f64,
) -> (Result<f64>, Result<f64>) {
    let a = Box::pin(asyncio::wait_for(a, a_timeout));
    let b = Box::pin(asyncio::wait_for(b, b_timeout));
    join(a, b).await
}

/// Polls what it holds with a waker of its own, as `FuturesUnordered` does, and only when that
/// was woken.
async fn with_its_own_waker<F: StdFuture>(future: F) -> F::Output {
    struct Own(AtomicBool, Mutex<Option<Waker>>);
    impl Wake for Own {
        fn wake(self: Arc<Self>) {
            self.0.store(true, Ordering::SeqCst);
            let waker = self.1.lock().unwrap().clone();
            waker.into_iter().for_each(Waker::wake);
        }
    }
    let own = Arc::new(Own(AtomicBool::new(true), Mutex::new(None)));
    let waker = Waker::from(Arc::clone(&own));
    let mut future = pin!(future);
    poll_fn(|cx| {
        *own.1.lock().unwrap() = Some(cx.waker().clone());
        if !own.0.swap(false, Ordering::SeqCst) {
            return Poll::Pending;
        }
        future.as_mut().poll(&mut Context::from_waker(&waker))
    })
    .await
}

#[test]
fn a_timeout_over_a_foreign_future_is_its_own_business() -> Result<()> {
    let loop_ = virtual_loop();
    let (signal, setter) = (Signal::default(), Signal::default());
    let heard = setter.clone();
    loop_.call_later(2, move || setter.set());
    let outcome = loop_.run_until_complete(async move {
        let fine = Box::pin(asyncio::wait_for(asyncio::wrap(heard), 5));
        let late = Box::pin(asyncio::wait_for(asyncio::wrap(signal.clone()), 1));
        let (fine, late) = join(fine, late).await;
        assert!(late.unwrap_err().is::<TimeoutError>());
        fine?;
        let alone = with_its_own_waker(asyncio::wait_for(asyncio::wrap(signal.clone()), 1)).await;
        assert!(alone.unwrap_err().is::<TimeoutError>());
        let beside = with_its_own_waker(asyncio::wait_for(asyncio::wrap(signal), 1));
        let (beside, fine) = join(Box::pin(beside), Box::pin(asyncio::sleep(3))).await;
        assert!(beside.unwrap_err().is::<TimeoutError>());
        assert_eq!(asyncio::current_task().unwrap().cancelling(), 0);
        fine
    });
    outcome?;
    assert_eq!(loop_.time(), 6.0);
    loop_.close()
}

#[test]
fn a_group_that_cancels_itself_leaves_its_siblings_alone() -> Result<()> {
    let loop_ = virtual_loop();
    let outcome = loop_.run_until_complete(async {
        for before in [false, true] {
            let group = asyncio::TaskGroup::new();
            if before {
                group.cancel();
            }
            let cancelled = group.run(async |group| {
                group.cancel();
                asyncio::sleep(3600).await
            });
            let (group, sibling) =
                join(Box::pin(cancelled), Box::pin(asyncio::sleep_with(1, 3))).await;
            group?;
            assert_eq!(sibling?, 3);
            assert_eq!(asyncio::current_task().unwrap().cancelling(), 0);
        }
        asyncio::Ok(())
    });
    outcome?;
    assert_eq!(loop_.time(), 2.0);
    loop_.close()
}

#[test]
fn a_group_in_a_join_fails_alone() -> Result<()> {
    let loop_ = virtual_loop();
    let outcome = loop_.run_until_complete(async {
        let group = asyncio::TaskGroup::new();
        let failing = group.run(async |group| {
            group.create_task(async {
                asyncio::sleep(1).await?;
                Err::<(), _>(ValueError("x"))
            })?;
            asyncio::sleep(3600).await
        });
        let (group, sibling) = join(Box::pin(failing), Box::pin(asyncio::sleep_with(2, 7))).await;
        assert_eq!(group.unwrap_err().exceptions().len(), 1);
        assert_eq!(asyncio::current_task().unwrap().cancelling(), 0);
        sibling
    });
    assert_eq!(outcome?, 7);
    loop_.close()
}

/// A future that only the task has kept goes when the next step begins, and a group is cancelled
/// from there.
#[test]
fn what_goes_when_a_step_begins_may_cancel_a_part_of_the_task() -> Result<()> {
    struct CancelOnDrop(Rc<asyncio::TaskGroup>);
    impl Drop for CancelOnDrop {
        fn drop(&mut self) {
            self.0.cancel();
        }
    }
    let loop_ = virtual_loop();
    let outcome = loop_.run_until_complete(async {
        let group = Rc::new(asyncio::TaskGroup::new());
        let waiting = group.run(async |_| asyncio::sleep(3600).await);
        let sibling = async {
            let mut dropped = asyncio::Future::<()>::new();
            let bomb = CancelOnDrop(Rc::clone(&group));
            dropped.add_done_callback(move |_| drop(bomb));
            poll_fn(|cx| Poll::Ready(Pin::new(&mut dropped).poll(cx).is_pending())).await;
            drop(dropped);
            asyncio::sleep(1).await?;
            asyncio::sleep_with(2, 7).await
        };
        let (waiting, sibling) = join(Box::pin(waiting), Box::pin(sibling)).await;
        waiting?;
        sibling
    });
    assert_eq!(outcome?, 7);
    loop_.close()
}

#[test]
fn wait_for_borrows() -> Result<()> {
    asyncio::run(async {
        let mut buffer = vec![1];
        async fn push(buffer: &mut Vec<i32>) -> Result<()> {
            asyncio::sleep(0).await?;
            buffer.push(2);
            Ok(())
        }
        asyncio::wait_for(push(&mut buffer), 1).await?;
        let never = asyncio::wait_for(push(&mut buffer), 0).await;
        assert!(never.unwrap_err().is::<TimeoutError>());
        assert_eq!(buffer, [1, 2]);
        asyncio::Ok(())
    })
}

#[test]
fn cancelling_a_task_that_waits_through_a_combinators_waker() -> Result<()> {
    /// Polls what it holds with a waker of its own, as `FuturesUnordered` does.
    struct Forward(Waker);
    impl Wake for Forward {
        fn wake(self: Arc<Self>) {
            self.0.wake_by_ref();
        }
    }
    let loop_ = virtual_loop();
    let future: Future<()> = loop_.create_future();
    let mut inner = future.clone();
    let task = loop_.create_task(async move {
        let outcome = poll_fn(|cx| {
            let waker = Waker::from(Arc::new(Forward(cx.waker().clone())));
            Pin::new(&mut inner).poll(&mut Context::from_waker(&waker))
        })
        .await;
        assert!(outcome.unwrap_err().is::<CancelledError>());
        asyncio::Ok(1)
    });
    loop_.run_until_complete(asyncio::sleep(1))?;
    assert!(task.cancel());
    assert!(future.cancelled());
    assert_eq!(loop_.run_until_complete(task)?, 1);
    loop_.close()
}

#[test]
fn calls_from_threads_keep_their_order() -> Result<()> {
    let loop_ = asyncio::new_event_loop();
    let seen: Arc<Mutex<Vec<(usize, usize)>>> = Arc::default();
    let threads: Vec<_> = (0..4)
        .map(|thread| {
            let (handle, seen) = (loop_.handle(), Arc::clone(&seen));
            thread::spawn(move || {
                for call in 0..100 {
                    let seen = Arc::clone(&seen);
                    handle
                        .call_soon_threadsafe(move || seen.lock().unwrap().push((thread, call)))
                        .unwrap();
                }
            })
        })
        .collect();
    let counter = Arc::clone(&seen);
    loop_.run_until_complete(async move {
        while counter.lock().unwrap().len() < 400 {
            asyncio::sleep(0.001).await?;
        }
        asyncio::Ok(())
    })?;
    for thread in threads {
        thread.join().unwrap();
    }
    for thread in 0..4 {
        let calls: Vec<_> = seen
            .lock()
            .unwrap()
            .iter()
            .filter(|call| call.0 == thread)
            .map(|call| call.1)
            .collect();
        assert!(calls.is_sorted());
    }
    let handle = loop_.handle();
    loop_.close()?;
    let error = handle.call_soon_threadsafe(|| ()).unwrap_err();
    assert_eq!(error.to_string(), "Event loop is closed");
    Ok(())
}

#[test]
fn a_threadsafe_call_from_the_loops_own_thread_keeps_its_place() -> Result<()> {
    let loop_ = virtual_loop();
    let seen: Arc<Mutex<Vec<u8>>> = Arc::default();
    let note = |n: u8| {
        let seen = Arc::clone(&seen);
        move || seen.lock().unwrap().push(n)
    };
    loop_.call_soon(note(1));
    loop_.call_soon_threadsafe(note(2));
    loop_.call_soon(note(3));
    let cancelled = loop_.call_soon_threadsafe(note(4));
    cancelled.cancel();
    loop_.stop();
    loop_.run_forever()?;
    assert_eq!(*seen.lock().unwrap(), [1, 2, 3]);
    loop_.close()
}

#[test]
fn failures_of_any_error_type_become_exceptions() -> Result<()> {
    asyncio::run(async {
        let task = asyncio::create_task(async { Err::<(), _>("plain text".to_owned()) });
        assert_eq!(format!("{:?}", task.await.unwrap_err()), "Exception('plain text')");
        let task = asyncio::create_task(async { "x".parse::<i32>() });
        assert!(task.await.unwrap_err().is::<std::num::ParseIntError>());
        let task = asyncio::create_task(async { Err::<(), _>(ValueError("Oops!")) });
        assert_eq!(format!("{:?}", task.await.unwrap_err()), "ValueError('Oops!')");
        asyncio::Ok(())
    })
}

#[test]
fn a_reference_awaits_a_clone_of_the_result() -> Result<()> {
    asyncio::run(async {
        let task = asyncio::create_task(async { asyncio::Ok(String::from("shared")) });
        assert_eq!((&task).into_future().await?, "shared");
        assert_eq!((&task).await?, "shared");
        assert_eq!(task.result()?, "shared");
        assert_eq!(task.clone().await?, "shared");
        let taken = task.await.unwrap_err();
        assert!(taken.is::<asyncio::InvalidStateError>());
        asyncio::Ok(())
    })
}
