//! `shield`.

use std::cell::Cell;
use std::rc::Rc;

use asyncio::{CancelledError, Future, Result, RuntimeError, ValueError, gather, shield, sleep};

use super::{CurrentLoop, Handler, TestLoop, has_callbacks, run_briefly, without_a_loop};

/// A loop, a future on it and its shield.
fn shielded<T: Clone + 'static>() -> (TestLoop, Future<T>, Future<T>) {
    let loop_ = TestLoop::new();
    let inner = loop_.create_future();
    let outer = shield(inner.clone());
    (loop_, inner, outer)
}

mod BaseTaskTests {
    use super::*;

    #[test]
    fn test_shield_result() -> Result<()> {
        let (loop_, inner, outer) = shielded();
        inner.set_result(42)?;
        assert_eq!(loop_.run_until_complete(outer)?, 42);
        Ok(())
    }

    #[test]
    fn test_shield_exception() -> Result<()> {
        let (loop_, inner, outer) = shielded::<()>();
        run_briefly(&loop_)?;
        let exception = RuntimeError("expected");
        inner.set_exception(exception.clone())?;
        run_briefly(&loop_)?;
        assert!(outer.exception()?.is_some_and(|raised| raised.is_same(&exception)));
        Ok(())
    }

    #[test]
    fn test_shield_cancel_inner() -> Result<()> {
        let (loop_, inner, outer) = shielded::<()>();
        run_briefly(&loop_)?;
        inner.cancel();
        run_briefly(&loop_)?;
        assert!(outer.cancelled());
        Ok(())
    }

    /// Cancels a shield, and lets that be heard.
    #[track_caller]
    fn cancel_outer(loop_: &TestLoop, outer: &Future<i32>) -> Result<()> {
        run_briefly(loop_)?;
        outer.cancel();
        run_briefly(loop_)?;
        assert!(outer.cancelled());
        Ok(())
    }

    #[test]
    fn test_shield_cancel_outer() -> Result<()> {
        let (loop_, inner, outer) = shielded();
        cancel_outer(&loop_, &outer)?;
        assert!(!has_callbacks(&outer) && !has_callbacks(&inner));
        Ok(())
    }

    #[test]
    fn test_shield_cancel_outer_result() -> Result<()> {
        let (loop_, inner, outer) = shielded();
        let handler = Handler::set_on(&loop_);
        cancel_outer(&loop_, &outer)?;
        inner.set_result(1)?;
        run_briefly(&loop_)?;
        assert_eq!(handler.count(), 0);
        Ok(())
    }

    #[test]
    fn test_shield_cancel_outer_exception() -> Result<()> {
        let (loop_, inner, outer) = shielded();
        let handler = Handler::set_on(&loop_);
        cancel_outer(&loop_, &outer)?;
        inner.set_exception(ValueError("foo"))?;
        run_briefly(&loop_)?;
        assert_eq!(handler.count(), 0);
        assert!(inner.exception()?.is_some_and(|error| error.is::<ValueError>()));
        drop((inner, outer));
        assert_eq!(handler.count(), 0);
        Ok(())
    }

    #[test]
    fn test_shield_cancel_outer_exception_never_retrieved() -> Result<()> {
        let (loop_, inner, outer) = shielded();
        let handler = Handler::set_on(&loop_);
        cancel_outer(&loop_, &outer)?;
        inner.set_exception(ValueError("foo"))?;
        run_briefly(&loop_)?;
        assert_eq!(handler.count(), 0);
        drop((inner, outer));
        let [context] = &handler.take()[..] else { panic!("not one call") };
        assert!(context.message.ends_with("exception was never retrieved"), "{context:?}");
        assert!(context.exception.as_ref().is_some_and(|error| error.is::<ValueError>()));
        Ok(())
    }

    #[test]
    fn test_shield_cancel_outer_in_task() -> Result<()> {
        let loop_ = TestLoop::new();
        let inner = loop_.create_future::<()>();
        let shielded = inner.clone();
        let task = loop_.create_task(async move {
            let outer = shield(shielded.clone());
            assert!(has_callbacks(&shielded));
            outer.cancel();
            sleep(0).await?;
            assert!(outer.cancelled());
            asyncio::Ok(())
        });
        loop_.run_until_complete(task)?;
        assert!(!has_callbacks(&inner));
        Ok(())
    }

    #[test]
    fn test_shield_cancel_outer_twice_exception() -> Result<()> {
        let (loop_, inner, outer) = shielded();
        let handler = Handler::set_on(&loop_);
        cancel_outer(&loop_, &outer)?;
        cancel_outer(&loop_, &shield(inner.clone()))?;
        assert!(!has_callbacks(&inner));
        inner.set_exception(ValueError("foo"))?;
        run_briefly(&loop_)?;
        assert_eq!(handler.count(), 0);
        assert!(inner.exception()?.is_some_and(|error| error.is::<ValueError>()));
        Ok(())
    }

    #[test]
    fn test_shield_shortcut() -> Result<()> {
        let loop_ = TestLoop::new();
        let future = loop_.create_future();
        future.set_result(42)?;
        assert_eq!(loop_.run_until_complete(shield(future))?, 42);
        Ok(())
    }

    #[test]
    fn test_shield_effect() -> Result<()> {
        let loop_ = TestLoop::new();
        let (waiter, proof) = (loop_.create_future::<()>(), Rc::new(Cell::new(0)));
        let (waited, proven) = (waiter.clone(), Rc::clone(&proof));
        let task = loop_.create_task(async move {
            let inner_proven = Rc::clone(&proven);
            let inner = async move {
                waited.await?;
                inner_proven.update(|proof| proof + 1);
                asyncio::Ok(())
            };
            shield(inner).await?;
            proven.update(|proof| proof + 100);
            asyncio::Ok(())
        });
        run_briefly(&loop_)?;
        task.cancel();
        assert!(loop_.run_until_complete(task).unwrap_err().is::<CancelledError>());
        waiter.set_result(())?;
        run_briefly(&loop_)?;
        assert_eq!(proof.get(), 1);
        Ok(())
    }

    #[test]
    fn test_shield_gather() -> Result<()> {
        let loop_ = TestLoop::new();
        let (first, second) = (loop_.create_future(), loop_.create_future());
        let parent = gather((first.clone(), second.clone()));
        let outer = shield(parent.clone());
        run_briefly(&loop_)?;
        outer.cancel();
        run_briefly(&loop_)?;
        assert!(outer.cancelled());
        first.set_result(1)?;
        second.set_result(2)?;
        run_briefly(&loop_)?;
        assert_eq!(parent.result()?, (1, 2));
        Ok(())
    }

    #[test]
    fn test_gather_shield() -> Result<()> {
        let loop_ = TestLoop::new();
        let [first, second] = [(); 2].map(|()| loop_.create_future());
        let inner = [shield(first.clone()), shield(second.clone())];
        let parent = gather((inner[0].clone(), inner[1].clone()));
        run_briefly(&loop_)?;
        parent.cancel();
        run_briefly(&loop_)?;
        assert!(parent.exception()?.is_some_and(|error| error.is::<CancelledError>()));
        assert!(inner.iter().all(|shield| shield.cancelled()));
        // Those behind the shields were not.
        first.set_result(1)?;
        second.set_result(2)?;
        run_briefly(&loop_)
    }

    async fn coro() -> Result<i32> {
        Ok(42)
    }

    #[test]
    fn test_shield_coroutine_without_loop() {
        let text = without_a_loop(|| shield(coro()));
        assert!(text.starts_with("There is no current event loop"), "{text}");
    }

    #[test]
    fn test_shield_coroutine_use_running_loop() -> Result<()> {
        let loop_ = TestLoop::new();
        let outer = loop_.run_until_complete(async { asyncio::Ok(shield(coro())) })?;
        assert_eq!(outer.get_loop(), *loop_);
        assert_eq!(loop_.run_until_complete(outer)?, 42);
        Ok(())
    }

    #[test]
    fn test_shield_coroutine_use_global_loop() -> Result<()> {
        let loop_ = TestLoop::new();
        let _current = CurrentLoop::set(&loop_);
        let outer = shield(coro());
        assert_eq!(outer.get_loop(), *loop_);
        assert_eq!(loop_.run_until_complete(outer)?, 42);
        Ok(())
    }
}
