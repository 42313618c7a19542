//! Cancellations that go a long way, and what must survive a panic on theirs.
#![forbid(unsafe_code)]

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Wake, Waker};

use asyncio::{
    CancelledError, EventLoop, Future, RecursionError, Result, RuntimeError, StopIteration, Task,
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
