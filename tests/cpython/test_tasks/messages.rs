//! What whoever asks for the outcome of a task is told: messages, and what led to them.

use asyncio::{
    CancelledError, Error, KeyError, Result, Task, ValueError, create_task,
    gather_return_exceptions, get_running_loop, raise, sleep,
};

use super::{TestLoop, repr};

/// What is cancelled with, and the exception that this gives; a message is always a text here.
const MESSAGES: [(Option<&str>, &str); 2] =
    [(None, "CancelledError()"), (Some("my message"), "CancelledError('my message')")];

fn cancel<T: 'static>(task: &Task<T>, message: Option<&str>) {
    match message {
        Some(message) => task.cancel_with(message),
        None => task.cancel(),
    };
}

/// The first of the exceptions that led to `error`, and how many steps it is away: `raise! from`
/// sets the cause alone, where Python's sets the context, too.
fn innermost_context(error: &Error) -> (Error, usize) {
    let (mut innermost, mut depth) = (error.clone(), 0);
    while let Some(earlier) = innermost.cause().or_else(|| innermost.context()) {
        (innermost, depth) = (earlier, depth + 1);
    }
    (innermost, depth)
}

/// Runs `main` until it is cancelled, with this exception and none before that.
#[track_caller]
fn assert_cancelled_with<M>(main: M, exception: &str)
where
    M: Future<Output = Result<()>> + 'static,
{
    let loop_ = TestLoop::new();
    let error = loop_.run_until_complete(loop_.create_task(main)).unwrap_err();
    assert!(error.is::<CancelledError>());
    assert_eq!(repr(&error), exception);
    let (innermost, depth) = innermost_context(&error);
    assert_eq!((repr(&innermost).as_str(), depth), (exception, 0));
}

mod BaseTaskTests {
    use super::*;

    #[test]
    fn test_task_cancel_message_getter() {
        let loop_ = TestLoop::new();
        let task = loop_.create_task(async { asyncio::Ok(()) });
        assert_eq!(task.cancelling(), 0);
        task.cancel_with("my message");
        let error = loop_.run_until_complete(task).unwrap_err();
        assert_eq!(error.downcast_ref::<CancelledError>().unwrap().message(), "my message");
    }

    #[test]
    fn test_task_cancel_message_setter() {
        let loop_ = TestLoop::new();
        let task = loop_.create_task(async { asyncio::Ok(()) });
        task.cancel_with("my message");
        // What sets it is a request that comes before the first was heard.
        task.cancel_with("my new message");
        let error = loop_.run_until_complete(task).unwrap_err();
        assert_eq!(error.downcast_ref::<CancelledError>().unwrap().message(), "my new message");
    }

    #[test]
    fn test_cancel_with_message_then_future_result() {
        for (message, exception) in MESSAGES {
            let main = async move {
                let task = create_task(sleep(10));
                sleep(0).await?;
                cancel(&task, message);
                asyncio::wait([&task]).await?;
                task.result()
            };
            assert_cancelled_with(main, exception);
        }
    }

    #[test]
    fn test_cancel_with_message_then_future_exception() {
        for (message, exception) in MESSAGES {
            let main = async move {
                let task = create_task(sleep(10));
                sleep(0).await?;
                cancel(&task, message);
                asyncio::wait([&task]).await?;
                task.exception().map(drop)
            };
            assert_cancelled_with(main, exception);
        }
    }

    #[test]
    fn test_cancellation_exception_context() {
        let loop_ = TestLoop::new();
        let error = loop_
            .run_until_complete(async {
                let loop_ = get_running_loop();
                let started = loop_.create_future();
                let starting = started.clone();
                let inner = create_task(async move {
                    starting.set_result(())?;
                    sleep(10).await
                });
                started.await?;
                let cancelled = inner.clone();
                loop_.call_soon(move || _ = cancelled.cancel_with("msg"));
                match inner.await {
                    Err(error) if error.is::<CancelledError>() => {
                        raise!(ValueError("cancelled"), from = error)
                    }
                    outcome => outcome,
                }
            })
            .unwrap_err();
        assert_eq!(repr(&error), "ValueError('cancelled')");
        let (innermost, depth) = innermost_context(&error);
        assert_eq!((repr(&innermost).as_str(), depth), ("CancelledError('msg')", 1));
    }

    #[asyncio::test]
    async fn test_exception_chaining_after_await_with_context_cycle() -> Result<()> {
        let handled = KeyError("a");
        let raised = handled.clone();
        let processing: Task<()> = create_task(async move { Err(raised) });
        // What `raise` does to an exception while another is handled, which is the same here.
        let error = processing.await.unwrap_err().with_context(handled.clone());
        assert!(error.is_same(&handled));
        assert!(error.context().is_none());
        Ok(())
    }

    #[test]
    fn test_cancel_with_message_before_starting_task() {
        let main = async {
            let task = create_task(sleep(10));
            task.cancel_with("my message");
            asyncio::wait([&task]).await?;
            task.exception().map(drop)
        };
        assert_cancelled_with(main, "CancelledError('my message')");
    }

    #[test]
    fn test_cancel_gather_2() {
        async fn gather_for_a_second() -> Result<()> {
            let mut time = 0.0;
            while time <= 1.0 {
                time += 0.05;
                gather_return_exceptions((sleep(0.05),)).await.map(drop)?;
            }
            Ok(())
        }

        for (message, exception) in MESSAGES {
            let main = async move {
                let task = create_task(gather_for_a_second());
                sleep(0.2).await?;
                cancel(&task, message);
                task.await
            };
            assert_cancelled_with(main, exception);
        }
    }
}
