//! Wakers: somebody else's is woken once and let go of; ours schedule one step.

use std::cell::Cell;
use std::future::{Future as _, IntoFuture, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::thread;

use asyncio::{
    Barrier, CancelledError, Event, EventLoop, Future, Lock, Queue, Result, Semaphore, create_task,
    sleep,
};

use crate::counters::{Counters, Wakes};

/// How many there are of a waker, beside the one that the test has.
fn kept(wakes: &Arc<Wakes>) -> usize {
    // One for the test's counter, one for its waker.
    Arc::strong_count(wakes) - 2
}

#[test]
fn a_strangers_waker_is_woken_once_and_let_go() -> Result<()> {
    let loop_ = EventLoop::with_virtual_clock();
    let future: Future<u8> = loop_.create_future();
    let (wakes, waker) = Wakes::new();
    let mut cx = Context::from_waker(&waker);
    let mut awaited = pin!(future.clone());
    for _ in 0..10 {
        assert!(awaited.as_mut().poll(&mut cx).is_pending());
    }
    assert_eq!((wakes.count(), kept(&wakes)), (0, 1), "one is enough, however often it is asked");
    future.set_result(1)?;
    loop_.run_until_complete(sleep(1))?;
    assert_eq!((wakes.count(), kept(&wakes)), (1, 0));
    assert!(matches!(awaited.as_mut().poll(&mut cx), Poll::Ready(Ok(1))));
    assert_eq!((wakes.count(), kept(&wakes)), (1, 0));
    loop_.close()
}

#[test]
fn only_the_last_waker_of_a_stranger_is_woken() -> Result<()> {
    let loop_ = EventLoop::with_virtual_clock();
    let future: Future<u8> = loop_.create_future();
    let ((old_wakes, old), (wakes, waker)) = (Wakes::new(), Wakes::new());
    let mut awaited = pin!(future.clone());
    assert!(awaited.as_mut().poll(&mut Context::from_waker(&old)).is_pending());
    assert!(awaited.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    future.set_result(1)?;
    loop_.run_until_complete(sleep(1))?;
    assert_eq!((old_wakes.count(), wakes.count()), (0, 1));
    assert_eq!((kept(&old_wakes), kept(&wakes)), (0, 0));
    loop_.close()
}

#[test]
fn two_strangers_are_both_woken() -> Result<()> {
    let loop_ = EventLoop::with_virtual_clock();
    let future: Future<u8> = loop_.create_future();
    let ((first_wakes, first), (wakes, waker)) = (Wakes::new(), Wakes::new());
    let (mut one, mut two) = (pin!(future.clone()), pin!(future.clone()));
    assert!(one.as_mut().poll(&mut Context::from_waker(&first)).is_pending());
    assert!(two.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    future.cancel();
    loop_.run_until_complete(sleep(1))?;
    assert_eq!((first_wakes.count(), wakes.count()), (1, 1));
    assert_eq!((kept(&first_wakes), kept(&wakes)), (0, 0));
    loop_.close()
}

/// Polls something once with a stranger's waker and drops it.
#[track_caller]
fn poll_and_drop<F: IntoFuture>(future: F) {
    let (wakes, waker) = Wakes::new();
    let mut future = Box::pin(future.into_future());
    assert!(future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    drop(future);
    assert_eq!((wakes.count(), kept(&wakes)), (0, 0));
}

#[test]
fn who_drops_what_he_waits_for_takes_his_waker_back() -> Result<()> {
    let loop_ = EventLoop::with_virtual_clock();
    loop_.run_until_complete(async {
        let future: Future<u8> = asyncio::get_running_loop().create_future();
        let (lock, semaphore, queue) = (Lock::new(), Semaphore::new(0), Queue::new(1));
        lock.acquire().await?;
        queue.put_nowait(())?;
        let task = create_task(sleep(1));
        poll_and_drop(future.clone());
        poll_and_drop(&future);
        poll_and_drop(&task);
        poll_and_drop(asyncio::shield(&future));
        poll_and_drop(asyncio::gather((&future, &task)));
        poll_and_drop(asyncio::wait([&future]));
        poll_and_drop(sleep(1));
        poll_and_drop(Event::new().wait());
        poll_and_drop(lock.acquire());
        poll_and_drop(semaphore.acquire());
        poll_and_drop(Barrier::new(2).wait());
        poll_and_drop(queue.put(()));
        poll_and_drop(queue.join());
        poll_and_drop(Queue::<u8>::new(0).get());
        let mut completed = asyncio::as_completed([&future]);
        poll_and_drop(completed.next().expect("a step"));
        task.await
    })?;
    loop_.close()
}

/// A coroutine that waits for nothing but its waker, which it gives away.
async fn park(slot: Rc<Cell<Option<Waker>>>) -> Result<()> {
    let mut began = false;
    poll_fn(move |cx| {
        if began {
            return Poll::Ready(());
        }
        began = true;
        slot.set(Some(cx.waker().clone()));
        Poll::Pending
    })
    .await;
    Ok(())
}

#[test]
fn many_wakes_are_one_step() -> Result<()> {
    let counters = Counters::default();
    let slot = Rc::new(Cell::new(None));
    let parked = counters.children.of(park(Rc::clone(&slot)));
    let polls = counters.children.clone();
    counters.run(async move {
        let task = create_task(parked);
        sleep(0).await?;
        let waker = slot.take().expect("it was polled");
        (0..5).for_each(|_| waker.wake_by_ref());
        let clone = waker.clone();
        clone.wake();
        thread::scope(|scope| scope.spawn(|| waker.wake_by_ref()).join().unwrap());
        task.await?;
        // Too late, on either thread.
        waker.wake_by_ref();
        thread::spawn(move || waker.wake()).join().unwrap();
        sleep(1).await?;
        assert_eq!((polls.count(), polls.alive()), (2, 0));
        asyncio::Ok(())
    })?;
    counters.expect(4, 2, 0);
    Ok(())
}

#[test]
fn a_waker_keeps_no_coroutine() -> Result<()> {
    let counters = Counters::default();
    let slot = Rc::new(Cell::new(None));
    let parked = counters.children.of(park(Rc::clone(&slot)));
    let polls = counters.children.clone();
    counters.run(async move {
        let task = create_task(parked);
        sleep(0).await?;
        task.cancel();
        assert!(task.await.unwrap_err().is::<CancelledError>());
        assert_eq!(polls.alive(), 0);
        slot.take().expect("it was polled").wake();
        asyncio::Ok(())
    })?;
    // The step of the cancellation polls once: something of ours might take it.
    counters.expect(3, 2, 0);
    Ok(())
}

#[test]
fn a_wake_during_the_step_is_one_more_step() -> Result<()> {
    let counters = Counters::default();
    let mut left = 3;
    let child = counters.children.of(poll_fn(move |cx| {
        left -= 1;
        if left == 0 {
            return Poll::Ready(asyncio::Ok(()));
        }
        let waker = cx.waker().clone();
        waker.wake_by_ref();
        waker.wake();
        Poll::Pending
    }));
    counters.run(async move { create_task(child).await })?;
    counters.expect(2, 3, 0);
    Ok(())
}
