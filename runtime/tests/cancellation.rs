//! Cancellations that go a long way, and what must survive a panic on theirs.
#![forbid(unsafe_code)]

use std::cell::{Cell, RefCell};
use std::future::{Future as StdFuture, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Poll, Wake, Waker};

use asyncio::{
    CancelledError, Event, EventLoop, Future, Lock, Queue, RecursionError, Result, RuntimeError,
    Semaphore, StopIteration, Task, TimeoutError,
};

async fn wait_for_task(slot: Rc<RefCell<Option<Task<()>>>>) -> Result<()> {
    let task = slot.borrow().clone();
    match task {
        Some(task) => (&task).await,
        None => asyncio::sleep(3600).await,
    }
}

#[test]
fn a_long_chain_of_tasks_is_cancelled_at_its_end() -> Result<()> {
    const TASKS: usize = 20_000;
    let loop_ = EventLoop::with_virtual_clock();
    let mut tasks: Vec<Task<()>> = Vec::new();
    for _ in 0..TASKS {
        let next = Rc::new(RefCell::new(tasks.last().cloned()));
        tasks.push(loop_.create_task(wait_for_task(next)));
    }
    loop_.run_until_complete(asyncio::sleep(1))?;
    let last = tasks.last().unwrap();
    assert!(last.cancel());
    assert!(tasks.iter().all(|task| task.cancelling() == 1));
    assert!(loop_.run_until_complete(last).unwrap_err().is::<CancelledError>());
    assert!(tasks.iter().all(|task| task.cancelled()));
    loop_.close()
}

#[test]
fn a_ring_of_tasks_is_pythons_recursion_error() -> Result<()> {
    let loop_ = EventLoop::with_virtual_clock();
    let slot = Rc::new(RefCell::new(None));
    let a = loop_.create_task(wait_for_task(Rc::clone(&slot)));
    let b = loop_.create_task(wait_for_task(Rc::new(RefCell::new(Some(a.clone())))));
    slot.replace(Some(b));
    let cancels = a.clone();
    let task = loop_.create_task(async move {
        asyncio::sleep(1).await?;
        cancels.cancel();
        asyncio::Ok(())
    });
    assert!(loop_.run_until_complete(task).unwrap_err().is::<RecursionError>());
    assert!(format!("{a:?}").contains("wait_for=<Task cancelling"));
    asyncio::__private::set_log_sink(Some(Rc::new(|_| ())));
    loop_.close()
}

#[test]
fn a_ring_through_gathers_is_one_too() -> Result<()> {
    let loop_ = EventLoop::with_virtual_clock();
    let slot: Rc<RefCell<Option<Task<()>>>> = Rc::default();
    let inner = Rc::clone(&slot);
    let a = loop_.create_task(async move {
        let task = inner.borrow().clone().unwrap();
        asyncio::gather((&task,)).await?;
        asyncio::Ok(())
    });
    let b = loop_.create_task(wait_for_task(Rc::new(RefCell::new(Some(a.clone())))));
    slot.replace(Some(b));
    loop_.run_until_complete(asyncio::sleep(1))?;
    assert!(catch_unwind(AssertUnwindSafe(|| a.cancel())).is_err());
    asyncio::__private::set_log_sink(Some(Rc::new(|_| ())));
    loop_.close()
}

#[test]
fn a_result_whose_clone_panics_is_not_lost() -> Result<()> {
    struct Once(Rc<Cell<bool>>);
    impl Clone for Once {
        fn clone(&self) -> Self {
            assert!(self.0.replace(true), "the first clone panics");
            Self(Rc::clone(&self.0))
        }
    }
    let loop_ = EventLoop::with_virtual_clock();
    let future = loop_.create_future();
    future.set_result(Once(Rc::default()))?;
    assert!(catch_unwind(AssertUnwindSafe(|| future.result().map(drop))).is_err());
    future.result().map(drop)?;
    loop_.close()
}

#[test]
fn a_waker_that_panics_does_not_keep_others_waiting() -> Result<()> {
    struct Panics;
    impl Wake for Panics {
        fn wake(self: Arc<Self>) {
            panic!("woken");
        }
    }
    let logged = Rc::new(RefCell::new(Vec::new()));
    let lines = Rc::clone(&logged);
    asyncio::__private::set_log_sink(Some(Rc::new(move |text| {
        lines.borrow_mut().push(text.to_owned());
    })));
    let loop_ = EventLoop::with_virtual_clock();
    let future: Future<u8> = loop_.create_future();
    let waker = Waker::from(Arc::new(Panics));
    let mut polled = std::pin::pin!(future.clone());
    let mut cx = std::task::Context::from_waker(&waker);
    assert!(std::future::Future::poll(polled.as_mut(), &mut cx).is_pending());
    let shared = future.clone();
    let task = loop_.create_task(async move { (&shared).await });
    loop_.call_later(1, move || future.set_result(1));
    assert_eq!(loop_.run_until_complete(task)?, 1);
    assert_eq!(*logged.borrow(), ["Exception in a waker\nasyncio.exceptions.PanicError: woken"]);
    loop_.close()
}

#[test]
fn no_stop_iteration_leaves_a_coroutine() -> Result<()> {
    let loop_ = EventLoop::with_virtual_clock();
    let outcome: Result<()> = loop_.run_until_complete(async { Err(StopIteration("x")) });
    let error = outcome.unwrap_err();
    assert!(error.is::<RuntimeError>());
    assert_eq!(error.to_string(), "coroutine raised StopIteration");
    assert!(error.cause().unwrap().is::<StopIteration>());
    loop_.close()
}

// What a step polls and drops, as a `select!` does, before it waits for something else.

type Dropped = Pin<Box<dyn StdFuture<Output = ()>>>;

/// Polls something once, which is pending, and drops it.
async fn leave(dropped: Dropped) {
    let mut dropped = Some(dropped);
    poll_fn(|cx| {
        let pending = dropped.take().map(|mut dropped| dropped.as_mut().poll(cx).is_pending());
        assert_eq!(pending, Some(true));
        Poll::Ready(())
    })
    .await;
}

fn boxed<F: StdFuture + 'static>(future: F) -> Dropped {
    Box::pin(async move { drop(future.await) })
}

/// One of each kind of what may be waited for.
fn everything() -> Vec<Dropped> {
    let (lock, queue, full) = (Lock::new(), Queue::<u8>::new(0), Queue::new(1));
    drop(full.put_nowait(1));
    let task = asyncio::create_task(asyncio::sleep(3600));
    vec![
        boxed(asyncio::get_running_loop().create_future::<()>()),
        boxed(task),
        boxed(asyncio::sleep(3600)),
        boxed(asyncio::gather((asyncio::sleep(3600),))),
        boxed(async move {
            lock.acquire().await?;
            lock.acquire().await
        }),
        boxed(Semaphore::new(0).acquire()),
        boxed(Event::new().wait()),
        boxed(queue.get()),
        boxed(full.put(2)),
    ]
}

#[test]
fn a_cancellation_is_not_lost_to_what_was_dropped() -> Result<()> {
    for index in 0..9 {
        let loop_ = EventLoop::with_virtual_clock();
        loop_.run_until_complete(async move {
            let task: Task<()> = asyncio::create_task(async move {
                leave(everything().swap_remove(index)).await;
                std::future::pending::<()>().await;
                asyncio::Ok(())
            });
            asyncio::sleep(1).await?;
            assert!(task.cancel_with("why"));
            asyncio::sleep(1).await?;
            assert!(task.cancelled(), "{index}: {task:?}");
            assert_eq!(format!("{:?}", task.await.unwrap_err()), "CancelledError('why')");
            asyncio::Ok(())
        })?;
        asyncio::__private::set_log_sink(Some(Rc::new(|_| ())));
        loop_.close()?;
    }
    Ok(())
}

#[test]
fn a_timeout_is_not_lost_to_what_was_dropped() -> Result<()> {
    let loop_ = EventLoop::with_virtual_clock();
    let body = async {
        leave(boxed(Event::new().wait())).await;
        std::future::pending::<()>().await;
        asyncio::Ok(())
    };
    let late = loop_.run_until_complete(asyncio::wait_for(body, 5)).unwrap_err();
    assert!(late.is::<TimeoutError>());
    loop_.close()
}

/// The next await of the task raises it, whatever that waits for.
#[test]
fn a_cancellation_that_was_dropped_goes_to_the_next_await() -> Result<()> {
    let loop_ = EventLoop::with_virtual_clock();
    let (sender, receiver) = futures::channel::oneshot::channel::<()>();
    let future: Future<()> = loop_.create_future();
    let awaited = future.clone();
    let task: Task<()> = loop_.create_task(async move {
        leave(boxed(asyncio::sleep(3600))).await;
        receiver.await.unwrap();
        awaited.await
    });
    loop_.run_until_complete(asyncio::sleep(1))?;
    task.cancel();
    sender.send(()).unwrap();
    loop_.run_until_complete(asyncio::sleep(1))?;
    assert!(task.cancelled() && future.cancelled());
    loop_.close()
}

#[test]
fn a_cancellation_that_somebody_answers_is_delivered_once() -> Result<()> {
    let loop_ = EventLoop::with_virtual_clock();
    let task: Task<()> = loop_.create_task(async {
        leave(boxed(asyncio::sleep(3600))).await;
        assert!(asyncio::sleep(3600).await.unwrap_err().is::<CancelledError>());
        std::future::pending::<()>().await;
        asyncio::Ok(())
    });
    loop_.run_until_complete(asyncio::sleep(1))?;
    task.cancel();
    loop_.run_until_complete(asyncio::sleep(1))?;
    assert!(!task.done());
    task.cancel();
    loop_.run_until_complete(asyncio::sleep(1))?;
    assert!(task.cancelled());
    loop_.close()
}

/// A step that comes for something else in between takes no answer for a lost one.
#[test]
fn a_child_may_take_its_time_to_answer() -> Result<()> {
    let loop_ = EventLoop::with_virtual_clock();
    let left: Future<()> = loop_.create_future();
    let dropped = left.clone();
    let task: Task<u8> = loop_.create_task(async {
        let child = asyncio::create_task(async {
            assert!(asyncio::sleep(3600).await.unwrap_err().is::<CancelledError>());
            asyncio::sleep(5).await?;
            asyncio::Ok(7)
        });
        leave(boxed(dropped)).await;
        asyncio::sleep(0).await?;
        child.await
    });
    loop_.run_until_complete(asyncio::sleep(1))?;
    task.cancel();
    loop_.run_until_complete(asyncio::sleep(1))?;
    left.set_result(())?;
    assert_eq!(loop_.run_until_complete(&task)?, 7);
    assert_eq!(task.cancelling(), 1);
    loop_.close()
}
