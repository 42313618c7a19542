//! `as_completed`, as an iterator and as an asynchronous one.

use asyncio::{
    AsCompleted, CancelledError, Future, Result, TimeoutError, as_completed, as_completed_with,
    create_task, ensure_future, get_running_loop, sleep, sleep_with, wait,
};

use super::{TestLoop, assert_time, without_a_loop};

mod BaseTaskTests {
    use super::*;

    /// Both ways to go through an `AsCompleted`.
    #[derive(Clone, Copy)]
    enum Iteration {
        Plain,
        Async,
    }

    const BOTH: [Iteration; 2] = [Iteration::Plain, Iteration::Async];

    impl Iteration {
        /// The next result.
        async fn next<T: Clone + 'static>(
            self,
            iterator: &mut AsCompleted<T>,
        ) -> Option<Result<T>> {
            match self {
                Self::Plain => Some(iterator.next()?.await),
                Self::Async => Some(match iterator.anext().await? {
                    Ok(future) => future.await,
                    Err(error) => Err(error),
                }),
            }
        }

        /// All results that are left.
        async fn collect<T: Clone + 'static>(
            self,
            iterator: &mut AsCompleted<T>,
        ) -> Result<Vec<T>> {
            let mut results = Vec::new();
            while let Some(result) = self.next(iterator).await {
                results.push(result?);
            }
            asyncio::Ok(results)
        }
    }

    async fn value<T>(value: T) -> Result<T> {
        asyncio::Ok(value)
    }

    fn sorted<T: Ord>(mut list: Vec<T>) -> Vec<T> {
        list.sort();
        list
    }

    #[test]
    fn test_as_completed() -> Result<()> {
        for iteration in BOTH {
            let loop_ = TestLoop::new();
            let waiting = loop_.create_task(async move {
                let sleepers = [(0.01, "b"), (0.15, "c"), (0.01, "a")];
                let sleepers = sleepers.map(|(delay, name)| sleep_with(delay, name));
                iteration.collect(&mut as_completed(sleepers)).await
            });
            let results = loop_.run_until_complete(waiting)?;
            assert_time(&loop_, 0.15);
            assert_eq!(results.len(), 3);
            assert_eq!(sorted(results[..2].to_vec()), ["a", "b"]);
            assert_eq!(results[2], "c");
        }
        Ok(())
    }

    #[asyncio::test]
    async fn test_as_completed_same_tasks_in_as_out() -> Result<()> {
        async fn all<T: 'static>(mut iterator: AsCompleted<T>) -> Result<Vec<Future<T>>> {
            let mut futures = Vec::new();
            while let Some(future) = iterator.anext().await {
                futures.push(future?);
            }
            Ok(futures)
        }

        // A coroutine comes back as the task that it became.
        let futures = all(as_completed((0..4).map(value))).await?;
        assert_eq!(futures.len(), 4);
        assert!(futures.iter().all(|future| future.as_task().is_some() && future.done()));

        let tasks = ["a", "b", "c", "d"].map(|name| ensure_future(value(name)));
        let futures = all(as_completed(tasks.clone())).await?;
        assert_eq!(futures.len(), 4);
        assert!(tasks.iter().all(|task| futures.contains(task)));
        Ok(())
    }

    #[test]
    fn test_as_completed_with_timeout() -> Result<()> {
        for iteration in BOTH {
            let loop_ = TestLoop::new();
            let a = loop_.create_task(sleep_with(0.1, "a"));
            let b = loop_.create_task(sleep_with(0.15, "b"));
            let both = [a.clone(), b.clone()];
            let waiting = loop_.create_task(async move {
                let mut iterator = as_completed_with(both, 0.12);
                let first = iteration.next(&mut iterator).await.expect("the first");
                asyncio::Ok((first?, iteration.next(&mut iterator).await.expect("the second")))
            });
            let (first, second) = loop_.run_until_complete(waiting)?;
            assert_eq!(first, "a");
            assert!(second.unwrap_err().is::<TimeoutError>());
            assert_time(&loop_, 0.12);
            loop_.run_until_complete(wait([a, b]))?;
        }
        Ok(())
    }

    #[test]
    fn test_as_completed_with_unused_timeout() -> Result<()> {
        for iteration in BOTH {
            let loop_ = TestLoop::new();
            let waiting = loop_.create_task(async move {
                let mut iterator = as_completed_with([sleep_with(0.01, "a")], 1);
                iteration.collect(&mut iterator).await
            });
            assert_eq!(loop_.run_until_complete(waiting)?, ["a"]);
            assert_time(&loop_, 0.01);
        }
        Ok(())
    }

    #[asyncio::test]
    async fn test_as_completed_resume_iterator() -> Result<()> {
        for iteration in BOTH {
            let mut iterator = as_completed((0..4).map(value));
            let mut collected = Vec::new();
            while collected.len() < 2 {
                collected.push(iteration.next(&mut iterator).await.expect("there are four")?);
            }
            collected.extend(iteration.collect(&mut iterator).await?);
            assert_eq!(sorted(collected), [0, 1, 2, 3]);
        }
        Ok(())
    }

    /// Ends both futures, and has the iterator give them.
    async fn assert_gives(
        mut iterator: AsCompleted<&'static str>,
        [a, b]: [Future<&'static str>; 2],
        iteration: Iteration,
    ) -> Result<()> {
        a.set_result("a")?;
        b.set_result("b")?;
        assert_eq!(sorted(iteration.collect(&mut iterator).await?), ["a", "b"]);
        Ok(())
    }

    #[asyncio::test]
    async fn test_as_completed_async_iterator_cancelled_anext() -> Result<()> {
        let futures = [(); 2].map(|()| get_running_loop().create_future());
        let mut iterator = as_completed(futures.clone());
        let waiter = create_task(async move {
            let error = iterator.anext().await.expect("there are two").unwrap_err();
            assert!(error.is::<CancelledError>());
            asyncio::Ok(iterator)
        });
        sleep(0).await?;
        assert!(waiter.cancel());
        assert_gives(waiter.await?, futures, Iteration::Async).await
    }

    #[asyncio::test]
    async fn test_as_completed_plain_iterator_cancelled_wait() -> Result<()> {
        let futures = [(); 2].map(|()| get_running_loop().create_future());
        let mut iterator = as_completed(futures.clone());
        let waiter = create_task(iterator.next().expect("there are two"));
        sleep(0).await?;
        assert!(waiter.cancel());
        assert!(waiter.await.unwrap_err().is::<CancelledError>());
        assert_gives(iterator, futures, Iteration::Plain).await
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_as_completed_reverse_wait() -> Result<()> {
        let loop_ = get_running_loop();
        let mut results = as_completed([sleep_with(0.05, "a"), sleep_with(0.10, "b")]);
        let [first, second] = [(); 2].map(|()| results.next().expect("there are two"));
        assert!(results.next().is_none());
        assert_eq!(second.await?, "a");
        assert_time(&loop_, 0.05);
        assert_eq!(first.await?, "b");
        assert_time(&loop_, 0.10);
        Ok(())
    }

    #[asyncio::test(virtual_time = true)]
    async fn test_as_completed_concurrent() -> Result<()> {
        let loop_ = get_running_loop();
        for iteration in BOTH {
            let start = loop_.time();
            let mut iterator = as_completed(["a", "b"].map(|name| sleep_with(0.05, name)));
            let mut futures = Vec::new();
            match iteration {
                Iteration::Plain => futures.extend(iterator.map(ensure_future)),
                Iteration::Async => {
                    while let Some(future) = iterator.anext().await {
                        futures.push(future?);
                    }
                }
            }
            assert_eq!(futures.len(), 2);
            let (done, _) = wait(futures).await?;
            let results = done.iter().map(|future| future.result()).collect::<Result<_>>()?;
            assert_eq!(sorted::<&str>(results), ["a", "b"]);
            assert_time(&loop_, start + 0.05);
        }
        Ok(())
    }

    #[asyncio::test]
    async fn test_as_completed_duplicate_coroutines() -> Result<()> {
        for iteration in BOTH {
            let (ham, spam) = (create_task(value("ham")), create_task(value("spam")));
            let mut iterator = as_completed([&ham, &ham, &spam]);
            let results = iteration.collect(&mut iterator).await?;
            assert_eq!(sorted(results), ["ham", "spam"]);
        }
        Ok(())
    }

    #[test]
    fn test_as_completed_coroutine_without_loop() {
        let text = without_a_loop(|| as_completed([value(42)]));
        assert!(text.starts_with("There is no current event loop"), "{text}");
    }

    #[test]
    fn test_as_completed_coroutine_use_running_loop() -> Result<()> {
        let loop_ = TestLoop::new();
        loop_.run_until_complete(async {
            let mut futures = Vec::from_iter(as_completed([value(42)]));
            assert_eq!(futures.len(), 1);
            assert_eq!(futures.remove(0).await?, 42);
            asyncio::Ok(())
        })
    }
}
