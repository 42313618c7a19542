//! `run_coroutine_threadsafe`.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::thread;

use asyncio::concurrent;
use asyncio::{
    CancelledError, ContextVar, Result, RuntimeError, TimeoutError, all_tasks, get_running_loop,
    run_coroutine_threadsafe, sleep, to_thread,
};

use crate::{Logged, panic_of, run_once, run_virtual};

async fn add(a: i32, b: i32) -> Result<i32> {
    sleep(0.05).await?;
    Ok(a + b)
}

/// Has another thread run what `make` makes on the running loop, and wait for it.
async fn from_a_thread<M, A>(make: M) -> Result<i32>
where
    M: FnOnce() -> A + Send + 'static,
    A: Future<Output = Result<i32>> + 'static,
{
    let loop_ = get_running_loop().handle();
    to_thread(move || run_coroutine_threadsafe(make, &loop_).result(None)).await
}

#[test]
fn a_thread_runs_a_coroutine_on_the_loop() -> Result<()> {
    run_virtual(async {
        let loop_ = get_running_loop();
        assert_eq!(from_a_thread(|| add(1, 2)).await?, 3);
        assert_eq!(loop_.time(), 0.05);

        let error = from_a_thread(|| async { Err(RuntimeError("Fail!")) }).await.unwrap_err();
        assert_eq!(format!("{error:?}"), "RuntimeError('Fail!')");

        // It need not be `Send`.
        let shared = from_a_thread(|| async {
            let shared = Rc::new(Cell::new(4));
            sleep(0).await?;
            Ok(shared.get())
        });
        assert_eq!(shared.await?, 4);
        asyncio::Ok(())
    })
}

#[test]
fn a_cancelled_coroutine_cancels_the_future() -> Result<()> {
    run_virtual(async {
        let cancelled = from_a_thread(|| async {
            let task = asyncio::current_task().expect("a task");
            task.cancel();
            sleep(0).await?;
            Ok(0)
        });
        // What reaches the thread is the other class; on the way back it is ours again, yet an
        // exception of the future and no cancellation of the task that awaits it.
        let error = cancelled.await.unwrap_err();
        assert!(error.is::<CancelledError>());
        asyncio::Ok(())
    })
}

#[test]
fn a_thread_may_stop_waiting() -> Result<()> {
    run_virtual(async {
        let loop_ = get_running_loop().handle();
        let error = to_thread(move || {
            let future = run_coroutine_threadsafe(|| add(1, 2), &loop_);
            let outcome = future.result(0);
            assert!(future.done() || future.cancel());
            outcome
        })
        .await
        .unwrap_err();
        assert!(error.is::<TimeoutError>());
        // The task goes with it, sooner than its own sleep would end.
        while all_tasks().len() > 1 {
            sleep(0).await?;
        }
        assert_eq!(get_running_loop().time(), 0.0);
        asyncio::Ok(())
    })
}

#[test]
fn cancelling_the_future_cancels_the_task() -> Result<()> {
    asyncio::run(async {
        let loop_ = get_running_loop().handle();
        let future = run_coroutine_threadsafe(|| sleep(10), &loop_);
        sleep(0).await?;
        let task = all_tasks().pop().expect("the new one");
        let text = "coro=<sleep() running> wait_for=<Future pending cb=[Task.task_wakeup()]> \
                    cb=[_call_set_state()]>";
        let repr = format!("{task:?}");
        assert!(repr.starts_with("<Task pending name='Task-"), "{repr}");
        sleep(0).await?;
        let repr = format!("{task:?}");
        assert!(repr.ends_with(text), "{repr}");
        assert!(future.cancel());
        assert_eq!(task.cancelling(), 1);
        sleep(0).await?;
        sleep(0).await?;
        assert!(task.cancelled() && future.cancelled());

        // Before it began.
        let future = run_coroutine_threadsafe(|| sleep(10), &loop_);
        assert!(future.cancel());
        sleep(0).await?;
        let task = all_tasks().pop().expect("the new one");
        assert_eq!(task.cancelling(), 1);
        sleep(0).await?;
        assert!(task.cancelled());
        asyncio::Ok(())
    })
}

#[test]
fn a_failure_to_make_the_coroutine_reaches_both_sides() -> Result<()> {
    asyncio::run(async {
        let messages = Rc::new(RefCell::new(Vec::new()));
        let heard = Rc::clone(&messages);
        let loop_ = get_running_loop();
        loop_.set_exception_handler(move |_, context| {
            heard.borrow_mut().push((context.message.clone(), context.exception.clone()));
        });
        fn make() -> std::future::Ready<Result<()>> {
            panic!("no coroutine")
        }
        let future = run_coroutine_threadsafe(make, &loop_.handle());
        let cancelled = run_coroutine_threadsafe(make, &loop_.handle());
        assert!(cancelled.cancel());
        sleep(0).await?;
        sleep(0).await?;
        let error = future.exception(0)?.expect("it failed");
        assert_eq!(format!("{error:?}"), "PanicError('no coroutine')");
        assert!(cancelled.cancelled());
        let messages = messages.take();
        assert_eq!(messages.len(), 2);
        for (message, _) in &messages {
            assert_eq!(message, "Exception in callback callback()");
        }
        assert!(messages[0].1.as_ref().is_some_and(|its| its.is_same(&error)));
        asyncio::Ok(())
    })
}

#[test]
fn only_coroutines_are_taken() -> Result<()> {
    let loop_ = asyncio::new_event_loop();
    let handle = loop_.handle();
    let make = || asyncio::Future::<()>::new();
    let text = panic_of(|| run_coroutine_threadsafe(make, &handle));
    assert_eq!(text, "A coroutine object is required");
    loop_.close()
}

#[test]
fn a_coroutine_sees_the_context_of_the_thread() -> Result<()> {
    static USER: ContextVar<i32> = ContextVar::with_default("user", 0);
    run_virtual(async {
        USER.set(1);
        let loop_ = get_running_loop().handle();
        let thread = move || {
            USER.set(2);
            run_coroutine_threadsafe(|| async { USER.get() }, &loop_).result(None)
        };
        assert_eq!(to_thread(thread).await?, 2);
        assert_eq!(USER.get()?, 1);
        asyncio::Ok(())
    })
}

#[test]
fn a_closed_loop_leaves_no_thread_waiting() -> Result<()> {
    const TEXT: &str = "RuntimeError('Event loop is closed')";
    let _quiet = Logged::start();
    let error = |future: &concurrent::Future<i32>| format!("{:?}", future.result(5).unwrap_err());

    let loop_ = asyncio::new_event_loop();
    let handle = loop_.handle();
    let started = handle.run_coroutine_threadsafe(|| add(1, 2));
    run_once(&loop_)?;
    run_once(&loop_)?;
    let queued = handle.run_coroutine_threadsafe(|| add(1, 2));
    let waiting = thread::spawn({
        let handle = handle.clone();
        move || handle.run_coroutine_threadsafe(|| add(1, 2))
    });
    let sent = waiting.join().unwrap();
    let cancelled = handle.run_coroutine_threadsafe(|| add(1, 2));
    cancelled.cancel();
    loop_.close()?;
    assert_eq!([error(&started), error(&queued), error(&sent)], [TEXT; 3]);
    assert_eq!(error(&cancelled), "CancelledError()");
    assert_eq!(error(&handle.run_coroutine_threadsafe(|| add(1, 2))), TEXT);
    Ok(())
}

#[test]
fn a_loop_that_is_dropped_is_closed_all_the_same() -> Result<()> {
    let _quiet = Logged::start();
    let loop_ = asyncio::new_event_loop();
    let future = loop_.handle().run_coroutine_threadsafe(|| add(1, 2));
    run_once(&loop_)?;
    drop(loop_);
    assert_eq!(future.result(5).unwrap_err().to_string(), "Event loop is closed");
    Ok(())
}
