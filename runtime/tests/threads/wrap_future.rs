//! `wrap_future`.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use asyncio::concurrent;
use asyncio::{
    AssertionError, CancelledError, InvalidStateError, Result, ValueError, get_running_loop, sleep,
    wrap_future, wrap_future_with,
};

use crate::{Logged, panic_of, run_once, single};

#[test]
fn a_wrapped_future_is_done_when_the_thread_is() -> Result<()> {
    let loop_ = asyncio::new_event_loop();
    let pool = single();
    let job = || asyncio::Ok(("oi", thread::current().id()));
    let wrapped = wrap_future_with(pool.submit(job)?, &loop_);
    assert!(asyncio::isfuture(&wrapped));
    let (text, there) = loop_.run_until_complete(wrapped)?;
    assert_eq!(text, "oi");
    assert_ne!(there, thread::current().id());

    // It may have been done before.
    let future = concurrent::Future::new();
    future.set_result(1)?;
    assert_eq!(loop_.run_until_complete(wrap_future_with(future, &loop_))?, 1);
    pool.shutdown(true, false)?;
    loop_.close()
}

#[test]
fn wrapping_finds_its_loop() -> Result<()> {
    let loop_ = asyncio::new_event_loop();
    let running = loop_
        .run_until_complete(async { asyncio::Ok(wrap_future(concurrent::Future::<()>::new())) });
    assert_eq!(running?.get_loop(), loop_);

    asyncio::set_event_loop(Some(&loop_));
    assert_eq!(wrap_future(concurrent::Future::<()>::new()).get_loop(), loop_);
    asyncio::set_event_loop(None);
    let text = panic_of(|| wrap_future(concurrent::Future::<()>::new()));
    assert!(text.starts_with("There is no current event loop in thread '"), "{text}");
    loop_.close()
}

#[test]
fn the_thread_that_runs_the_loop_delivers_in_place() -> Result<()> {
    let loop_ = asyncio::new_event_loop();
    let future = concurrent::Future::new();
    let wrapped = wrap_future_with(future.clone(), &loop_);
    // The loop is not running: the news waits in its queue.
    future.set_result(1)?;
    assert_eq!(format!("{wrapped:?}"), "<Future pending cb=[_call_check_cancel()]>");
    run_once(&loop_)?;
    assert_eq!(format!("{wrapped:?}"), "<Future finished result=1>");

    loop_.run_until_complete(async {
        let future = concurrent::Future::new();
        let wrapped = wrap_future(future.clone());
        future.set_result(2)?;
        assert_eq!(format!("{wrapped:?}"), "<Future finished result=2>");
        asyncio::Ok(())
    })?;
    loop_.close()
}

#[test]
fn a_cancellation_reaches_the_thread_one_iteration_later() -> Result<()> {
    let loop_ = asyncio::new_event_loop();
    let future = concurrent::Future::<()>::new();
    let calls = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&calls);
    future.add_done_callback(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
    });
    let wrapped = wrap_future_with(future.clone(), &loop_);
    wrapped.cancel();
    assert!(wrapped.cancelled() && !future.cancelled());
    run_once(&loop_)?;
    assert!(future.cancelled());
    assert_eq!(calls.load(Ordering::SeqCst), 1);

    // Too late: the thread is through.
    let future = concurrent::Future::new();
    let wrapped = wrap_future_with(future.clone(), &loop_);
    future.set_result(42)?;
    wrapped.cancel();
    run_once(&loop_)?;
    assert!(wrapped.cancelled() && !future.cancelled());
    assert_eq!(future.result(0)?, 42);
    loop_.close()
}

#[test]
fn the_future_stays_alive_for_whoever_wants_to_hear_of_it() -> Result<()> {
    let loop_ = asyncio::new_event_loop();
    let calls = Arc::new(AtomicUsize::new(0));

    // The thread's side is held by the loop's.
    let future = concurrent::Future::<()>::new();
    let count = Arc::clone(&calls);
    future.add_done_callback(move |_| count.fetch_add(1, Ordering::SeqCst) == 0);
    let wrapped = wrap_future_with(future, &loop_);
    wrapped.cancel();
    run_once(&loop_)?;
    assert_eq!(calls.load(Ordering::SeqCst), 1);

    // And the loop's side by the thread's.
    let future = concurrent::Future::new();
    let count = Arc::clone(&calls);
    wrap_future_with(future.clone(), &loop_)
        .add_done_callback(move |_| count.fetch_add(1, Ordering::SeqCst) == 0);
    future.set_result(())?;
    run_once(&loop_)?;
    run_once(&loop_)?;
    assert_eq!(calls.load(Ordering::SeqCst), 2);
    assert_eq!(Arc::strong_count(&calls), 1);
    loop_.close()
}

#[test]
fn exceptions_change_sides() -> Result<()> {
    asyncio::run(async {
        let wrapped = |error| {
            let future = concurrent::Future::<()>::new();
            let wrapped = wrap_future(future.clone());
            future.set_exception(error).map(|()| wrapped)
        };
        let future = wrapped(concurrent::CancelledError())?;
        assert_eq!(format!("{future:?}"), "<Future finished exception=CancelledError()>");
        assert!(future.exception()?.is_some_and(|error| error.is::<CancelledError>()));
        let future = wrapped(concurrent::InvalidStateError("q"))?;
        assert_eq!(format!("{future:?}"), "<Future finished exception=InvalidStateError('q')>");
        assert!(future.exception()?.is_some_and(|error| error.is::<InvalidStateError>()));
        let error = ValueError("same");
        let future = wrapped(error.clone())?;
        assert!(future.exception()?.is_some_and(|its| its.is_same(&error)));

        let cancelled = concurrent::Future::<()>::new();
        let wrapped = wrap_future(cancelled.clone());
        cancelled.cancel();
        assert_eq!(format!("{wrapped:?}"), "<Future cancelled>");
        asyncio::Ok(())
    })
}

#[test]
fn nobody_else_may_end_a_wrapped_future() -> Result<()> {
    let logged = Logged::start();
    let log = logged.clone();
    asyncio::run(async move {
        let future = concurrent::Future::new();
        let wrapped = wrap_future(future.clone());
        wrapped.set_result(1)?;
        future.set_result(2)?;
        let text = "exception calling callback for <Future state=finished returned int>";
        assert_eq!(log.take(), [format!("{text}\nAssertionError")]);

        let messages = Rc::new(RefCell::new(Vec::new()));
        let heard = Rc::clone(&messages);
        get_running_loop().set_exception_handler(move |_, context| {
            let is_assertion =
                context.exception.as_ref().is_some_and(|error| error.is::<AssertionError>());
            heard.borrow_mut().push((context.message.clone(), is_assertion));
        });
        let future = concurrent::Future::new();
        let wrapped = wrap_future(future.clone());
        wrapped.set_result(1)?;
        thread::spawn(move || future.set_result(3)).join().unwrap()?;
        sleep(0).await?;
        sleep(0).await?;
        assert_eq!(*messages.borrow(), [("Exception in callback _set_state()".to_owned(), true)]);
        asyncio::Ok(())
    })?;
    assert_eq!(logged.take(), [""; 0]);
    Ok(())
}

#[test]
fn nothing_is_delivered_to_a_closed_loop() -> Result<()> {
    let loop_ = asyncio::new_event_loop();
    let future = concurrent::Future::new();
    let wrapped = wrap_future_with(future.clone(), &loop_);
    loop_.close()?;
    future.set_result(1)?;
    assert!(!wrapped.done());
    // What is queued goes with the loop, and so does the loop's side of what is pending.
    let loop_ = asyncio::new_event_loop();
    let (queued, pending) = (concurrent::Future::new(), concurrent::Future::<()>::new());
    let (late, lost) = (Arc::new(()), Rc::new(()));
    let wrapped = wrap_future_with(queued.clone(), &loop_);
    queued.set_result(Arc::clone(&late))?;
    drop(queued);
    let held = Rc::clone(&lost);
    wrap_future_with(pending.clone(), &loop_).add_done_callback(move |_| drop(held));
    loop_.close()?;
    assert_eq!(Rc::strong_count(&lost), 1);
    drop(wrapped);
    assert_eq!(Arc::strong_count(&late), 1);
    Ok(())
}
