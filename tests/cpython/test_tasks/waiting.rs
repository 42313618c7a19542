//! `wait`.

use asyncio::{
    FIRST_COMPLETED, FIRST_EXCEPTION, Future, Result, Task, ValueError, WaitOptions,
    ZeroDivisionError, create_task, sleep, wait, wait_with,
};

use super::{TestLoop, assert_time};

fn until(return_when: asyncio::ReturnWhen) -> WaitOptions {
    WaitOptions::new().return_when(return_when)
}

/// Has the tasks end before their loop does.
fn finish(loop_: &TestLoop, tasks: [Task<()>; 2]) -> Result<()> {
    loop_.run_until_complete(wait(tasks)).map(drop)
}

mod BaseTaskTests {
    use super::*;

    /// Two tasks that sleep, and a third that waits for both, twice.
    fn wait_twice<I>(list: fn(&Task<()>, &Task<()>) -> I) -> Result<()>
    where
        I: IntoIterator<Item = Task<()>> + 'static,
    {
        let loop_ = TestLoop::new();
        let (a, b) = (loop_.create_task(sleep(0.1)), loop_.create_task(sleep(0.15)));
        // The second time takes none.
        for _ in 0..2 {
            let (a, b) = (a.clone(), b.clone());
            let waiting = loop_.create_task(async move {
                let (done, pending) = wait(list(&a, &b)).await?;
                assert_eq!((done, pending), (vec![b, a], vec![]));
                asyncio::Ok(42)
            });
            assert_eq!(loop_.run_until_complete(waiting)?, 42);
            assert_time(&loop_, 0.15);
        }
        Ok(())
    }

    #[test]
    fn test_wait() -> Result<()> {
        wait_twice(|a, b| [b.clone(), a.clone()])
    }

    #[test]
    fn test_wait_with_iterator_of_tasks() -> Result<()> {
        wait_twice(|a, b| vec![b.clone(), a.clone()].into_iter().fuse())
    }

    #[test]
    fn test_wait_duplicate_coroutines() -> Result<()> {
        async fn coro(text: &'static str) -> Result<&'static str> {
            asyncio::Ok(text)
        }

        let loop_ = TestLoop::new();
        let (test, spam) = (loop_.create_task(coro("test")), loop_.create_task(coro("spam")));
        let waiting = loop_.create_task(wait([test.clone(), test, spam]));
        let (done, pending) = loop_.run_until_complete(waiting)?;
        assert_eq!(pending, []);
        let results: Vec<_> = done.iter().map(|task| task.result()).collect::<Result<_>>()?;
        assert_eq!(results, ["test", "spam"]);
        Ok(())
    }

    #[test]
    fn test_wait_errors() {
        // What to wait for is a type: there is no other value to refuse.
        let error = TestLoop::new().run_until_complete(wait(Vec::<Task<()>>::new())).unwrap_err();
        assert!(error.is::<ValueError>());
    }

    #[test]
    fn test_wait_invalid_args() {
        // A future alone and a coroutine are no lists, which the compiler says; nothing is one.
        let error = TestLoop::new().run_until_complete(wait([(); 0].map(|()| Future::<()>::new())));
        assert_eq!(
            format!("{:?}", error.unwrap_err()),
            "ValueError('Set of Tasks/Futures is empty.')"
        );
    }

    #[test]
    fn test_wait_first_completed() -> Result<()> {
        let loop_ = TestLoop::new();
        let (a, b) = (loop_.create_task(sleep(10.0)), loop_.create_task(sleep(0.1)));
        let both = [b.clone(), a.clone()];
        let waiting = loop_.create_task(wait_with(both, until(FIRST_COMPLETED)));
        let (done, pending) = loop_.run_until_complete(waiting)?;
        assert_eq!((done, pending), (vec![b.clone()], vec![a.clone()]));
        assert!(!a.done() && b.done());
        b.result()?;
        assert_time(&loop_, 0.1);
        finish(&loop_, [a, b])
    }

    #[test]
    fn test_wait_really_done() -> Result<()> {
        let loop_ = TestLoop::new();
        let a = loop_.create_task(sleep(0));
        let b = loop_.create_task(async {
            sleep(0).await?;
            sleep(0).await
        });
        let both = [b.clone(), a.clone()];
        let waiting = loop_.create_task(wait_with(both, until(FIRST_COMPLETED)));
        let (done, pending) = loop_.run_until_complete(waiting)?;
        assert_eq!((done, pending), (vec![b.clone(), a.clone()], vec![]));
        assert!(a.done() && b.done());
        a.result()?;
        b.result()
    }

    async fn fail(delay: f64) -> Result<()> {
        if delay > 0.0 {
            sleep(delay).await?;
        }
        Err(ZeroDivisionError("err"))
    }

    #[test]
    fn test_wait_first_exception() -> Result<()> {
        let loop_ = TestLoop::new();
        let (a, b) = (loop_.create_task(sleep(10.0)), loop_.create_task(fail(0.0)));
        let both = [b.clone(), a.clone()];
        let waiting = loop_.create_task(wait_with(both, until(FIRST_EXCEPTION)));
        let (done, pending) = loop_.run_until_complete(waiting)?;
        assert_eq!((done, pending), (vec![b.clone()], vec![a.clone()]));
        assert_eq!(loop_.time(), 0.0);
        assert!(b.exception()?.is_some_and(|error| error.is::<ZeroDivisionError>()));
        finish(&loop_, [a, b])
    }

    #[test]
    fn test_wait_first_exception_in_wait() -> Result<()> {
        let loop_ = TestLoop::new();
        let (a, b) = (loop_.create_task(sleep(10.0)), loop_.create_task(fail(0.01)));
        let both = [b.clone(), a.clone()];
        let outcome = loop_.run_until_complete(wait_with(both, until(FIRST_EXCEPTION)))?;
        assert_eq!(outcome, (vec![b.clone()], vec![a.clone()]));
        assert_time(&loop_, 0.01);
        assert!(b.exception()?.is_some_and(|error| error.is::<ZeroDivisionError>()));
        finish(&loop_, [a, b])
    }

    #[test]
    fn test_wait_with_exception() -> Result<()> {
        let loop_ = TestLoop::new();
        let (a, b) = (loop_.create_task(sleep(0.1)), loop_.create_task(fail(0.15)));
        for _ in 0..2 {
            let both = [b.clone(), a.clone()];
            let waiting = loop_.create_task(async move {
                let (done, pending) = wait(both).await?;
                assert_eq!((done.len(), pending.len()), (2, 0));
                let failed = |task: &&Task<()>| matches!(task.exception(), Ok(Some(_)));
                assert_eq!(done.iter().filter(failed).count(), 1);
                asyncio::Ok(())
            });
            loop_.run_until_complete(waiting)?;
            assert_time(&loop_, 0.15);
        }
        Ok(())
    }

    #[test]
    fn test_wait_with_timeout() -> Result<()> {
        let loop_ = TestLoop::new();
        let (a, b) = (loop_.create_task(sleep(0.1)), loop_.create_task(sleep(0.15)));
        let both = [b.clone(), a.clone()];
        let waiting = loop_
            .create_task(async move { wait_with(both, WaitOptions::new().timeout(0.11)).await });
        let outcome = loop_.run_until_complete(waiting)?;
        assert_eq!(outcome, (vec![a.clone()], vec![b.clone()]));
        assert_time(&loop_, 0.11);
        finish(&loop_, [a, b])
    }

    #[test]
    fn test_wait_concurrent_complete() -> Result<()> {
        let loop_ = TestLoop::new();
        let (a, b) = (loop_.create_task(sleep(0.1)), loop_.create_task(sleep(0.15)));
        let both = [b.clone(), a.clone()];
        let options = WaitOptions::new().timeout(0.1);
        let outcome = loop_.run_until_complete(wait_with(both, options))?;
        assert_eq!(outcome, (vec![a.clone()], vec![b.clone()]));
        assert_time(&loop_, 0.1);
        finish(&loop_, [a, b])
    }

    #[asyncio::test]
    async fn test_wait_generator() -> Result<()> {
        let tasks = (0..10).map(|number| create_task(async move { asyncio::Ok(number) }));
        let (done, pending) = wait(tasks).await?;
        assert_eq!((done.len(), pending.len()), (10, 0));
        Ok(())
    }
}
