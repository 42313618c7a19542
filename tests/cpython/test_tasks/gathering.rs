//! `gather`.

use std::cell::{Cell, RefCell};
use std::env;
use std::process::Command;
use std::rc::Rc;

use asyncio::{
    CancelledError, Error, EventLoop, Future, Result, RuntimeError, Task, ValueError,
    ZeroDivisionError, create_task, ensure_future, gather, gather_all,
    gather_all_return_exceptions, sleep,
};

use super::{
    CurrentLoop, Log, TestLoop, exception_of, has_callbacks, repr, run_briefly, run_ready,
    wait_for, without_a_loop,
};

/// How often a future told of its end, and whether it was this one.
struct Callback(Rc<Cell<usize>>);

impl Callback {
    fn added_to<T: 'static>(future: &Future<T>) -> Self {
        let calls = Rc::new(Cell::new(0));
        let (counted, itself) = (Rc::clone(&calls), future.any());
        future.add_done_callback(move |done| {
            assert_eq!(done.any(), itself);
            counted.update(|calls| calls + 1);
        });
        Self(calls)
    }

    fn calls(&self) -> usize {
        self.0.get()
    }
}

/// What `gather` is given: the futures, or coroutines that await them.
#[derive(Clone, Copy)]
enum Children {
    Futures,
    Coroutines,
}

const BOTH: [Children; 2] = [Children::Futures, Children::Coroutines];

impl Children {
    fn gather<T: 'static>(self, loop_: &TestLoop, futures: &[Future<T>]) -> Result<Future<Vec<T>>> {
        let futures = futures.to_vec();
        match self {
            Self::Futures => Ok(gather_all(futures)),
            Self::Coroutines => loop_.run_until_complete(async {
                asyncio::Ok(gather_all(futures.into_iter().map(wait_for)))
            }),
        }
    }

    fn gather_return_exceptions<T: 'static>(
        self,
        loop_: &TestLoop,
        futures: &[Future<T>],
    ) -> Result<Future<Vec<Result<T>>>> {
        let futures = futures.to_vec();
        match self {
            Self::Futures => Ok(gather_all_return_exceptions(futures)),
            Self::Coroutines => loop_.run_until_complete(async {
                let coroutines = futures.into_iter().map(wait_for);
                asyncio::Ok(gather_all_return_exceptions(coroutines))
            }),
        }
    }
}

fn new_futures<const N: usize>(loop_: &EventLoop) -> [Future<i32>; N] {
    [(); N].map(|()| loop_.create_future())
}

/// Whether both are the same error.
fn is(error: &Option<Error>, expected: &Error) -> bool {
    error.as_ref().is_some_and(|error| error.is_same(expected))
}

mod GatherTestsBase {
    use super::*;

    /// Ends three futures, the last one after a while.
    fn check_success<T: 'static>(
        loop_: &TestLoop,
        [a, b, c]: [Future<i32>; 3],
        gathered: Future<T>,
    ) -> Result<T> {
        let callback = Callback::added_to(&gathered);
        b.set_result(1)?;
        a.set_result(2)?;
        run_ready(loop_)?;
        assert_eq!(callback.calls(), 0);
        assert!(!gathered.done());
        c.set_result(3)?;
        run_ready(loop_)?;
        assert_eq!(callback.calls(), 1);
        gathered.take_result()
    }

    #[test]
    fn test_success() -> Result<()> {
        for children in BOTH {
            let loop_ = TestLoop::new();
            let futures = new_futures(&loop_);
            let gathered = children.gather(&loop_, &futures)?;
            assert_eq!(check_success(&loop_, futures, gathered)?, [2, 1, 3]);
        }
        Ok(())
    }

    #[test]
    fn test_result_exception_success() -> Result<()> {
        for children in BOTH {
            let loop_ = TestLoop::new();
            let futures = new_futures(&loop_);
            let gathered = children.gather_return_exceptions(&loop_, &futures)?;
            let results = check_success(&loop_, futures, gathered)?;
            assert_eq!(results.into_iter().collect::<Result<Vec<_>>>()?, [2, 1, 3]);
        }
        Ok(())
    }

    #[test]
    fn test_one_exception() -> Result<()> {
        for children in BOTH {
            let loop_ = TestLoop::new();
            let futures = new_futures(&loop_);
            let gathered = children.gather(&loop_, &futures)?;
            let [a, b, c, d, e] = futures;
            let callback = Callback::added_to(&gathered);
            let exception = ZeroDivisionError("");
            a.set_result(1)?;
            b.set_exception(exception.clone())?;
            run_ready(&loop_)?;
            assert!(gathered.done());
            assert_eq!(callback.calls(), 1);
            assert!(is(&gathered.exception()?, &exception));
            // It is over, whatever comes of the others.
            c.set_result(3)?;
            d.cancel();
            e.set_exception(RuntimeError(""))?;
            assert!(e.exception()?.is_some());
            run_ready(&loop_)?;
            assert_eq!(callback.calls(), 1);
        }
        Ok(())
    }

    #[test]
    fn test_return_exceptions() -> Result<()> {
        for children in BOTH {
            let loop_ = TestLoop::new();
            let futures = new_futures(&loop_);
            let gathered = children.gather_return_exceptions(&loop_, &futures)?;
            let [a, b, c, d] = futures;
            let callback = Callback::added_to(&gathered);
            let (first, second) = (ZeroDivisionError(""), RuntimeError(""));
            b.set_result(1)?;
            c.set_exception(first.clone())?;
            a.set_result(3)?;
            run_ready(&loop_)?;
            assert!(!gathered.done());
            d.set_exception(second.clone())?;
            run_ready(&loop_)?;
            assert!(gathered.done());
            assert_eq!(callback.calls(), 1);
            let results = gathered.take_result()?;
            assert_eq!(results[..2].iter().flatten().collect::<Vec<_>>(), [&3, &1]);
            assert!(results[2].as_ref().is_err_and(|error| error.is_same(&first)));
            assert!(results[3].as_ref().is_err_and(|error| error.is_same(&second)));
            assert_eq!(results.len(), 4);
        }
        Ok(())
    }

    #[test]
    fn test_env_var_debug() {
        const VARIABLE: &str = "ASYNCIO_DEBUG";
        const TEST: &str = "test_tasks::gathering::GatherTestsBase::test_env_var_debug";
        const EXPECTED: &str = "EXPECTED_DEBUG_MODE";

        // What a process finds that was started with the variable set so.
        if let Ok(expected) = env::var(EXPECTED) {
            assert_eq!(TestLoop::new().get_debug().to_string(), expected);
            return;
        }
        for (value, expected) in [(None, "false"), (Some(""), "false"), (Some("1"), "true")] {
            let mut process = Command::new(env::current_exe().expect("this program"));
            process.args(["--exact", TEST]).env(EXPECTED, expected).env_remove(VARIABLE);
            process.envs(value.map(|value| (VARIABLE, value)));
            let output = process.output().expect("it starts");
            let text = String::from_utf8_lossy(&output.stdout);
            assert!(output.status.success() && text.contains("1 passed"), "{value:?}: {text}");
        }
    }
}

mod FutureGatherTests {
    use super::*;

    #[test]
    fn test_constructor_empty_sequence_without_loop() {
        let text = without_a_loop(|| gather(()));
        assert!(text.starts_with("There is no current event loop"), "{text}");
    }

    #[track_caller]
    fn assert_empty(loop_: &TestLoop, gathered: &Future<Vec<i32>>) -> Result<()> {
        assert_eq!(gathered.get_loop(), **loop_);
        run_ready(loop_)?;
        assert!(gathered.done());
        assert_eq!(gathered.result()?, []);
        Ok(())
    }

    #[test]
    fn test_constructor_empty_sequence_use_running_loop() -> Result<()> {
        let loop_ = TestLoop::new();
        let gather = async { asyncio::Ok(gather_all(Vec::<Future<i32>>::new())) };
        assert_empty(&loop_, &loop_.run_until_complete(gather)?)
    }

    #[test]
    fn test_constructor_empty_sequence_use_global_loop() -> Result<()> {
        let loop_ = TestLoop::new();
        let _current = CurrentLoop::set(&loop_);
        assert_empty(&loop_, &gather_all(Vec::<Future<i32>>::new()))
    }

    #[test]
    fn test_constructor_heterogenous_futures() {
        let (one_loop, other_loop) = (TestLoop::new(), TestLoop::new());
        let [first] = new_futures(&one_loop);
        let [second] = new_futures(&other_loop);
        assert!(exception_of(|| gather((first, second))).is::<ValueError>());
    }

    #[test]
    fn test_constructor_homogenous_futures() -> Result<()> {
        let (one_loop, other_loop) = (TestLoop::new(), TestLoop::new());
        let _current = CurrentLoop::set(&one_loop);
        let children: [_; 3] = new_futures(&other_loop);
        for _ in 0..2 {
            let gathered = gather_all(&children);
            assert_eq!(gathered.get_loop(), *other_loop);
            run_ready(&other_loop)?;
            assert!(!gathered.done());
        }
        Ok(())
    }

    #[test]
    fn test_one_cancellation() -> Result<()> {
        let loop_ = TestLoop::new();
        let [a, b, c, d, e] = new_futures(&loop_);
        let gathered = gather((a.clone(), b.clone(), c.clone(), d.clone(), e.clone()));
        let callback = Callback::added_to(&gathered);
        a.set_result(1)?;
        b.cancel();
        run_ready(&loop_)?;
        assert!(gathered.done());
        assert_eq!(callback.calls(), 1);
        assert!(!gathered.cancelled());
        assert!(gathered.exception()?.is_some_and(|error| error.is::<CancelledError>()));
        // It is over, whatever comes of the others.
        c.set_result(3)?;
        d.cancel();
        e.set_exception(RuntimeError(""))?;
        assert!(e.exception()?.is_some());
        run_ready(&loop_)?;
        assert_eq!(callback.calls(), 1);
        Ok(())
    }

    #[test]
    fn test_result_exception_one_cancellation() -> Result<()> {
        let loop_ = TestLoop::new();
        let futures: [_; 6] = new_futures(&loop_);
        let gathered = gather_all_return_exceptions(futures.to_vec());
        let [a, b, c, d, e, f] = futures;
        let callback = Callback::added_to(&gathered);
        let (first, second) = (ZeroDivisionError(""), RuntimeError(""));
        a.set_result(1)?;
        b.set_exception(first.clone())?;
        c.cancel();
        run_ready(&loop_)?;
        assert!(!gathered.done());
        d.set_result(3)?;
        e.cancel();
        f.set_exception(second.clone())?;
        let results = loop_.run_until_complete(gathered)?;
        let reprs: Vec<_> = results.iter().map(repr).collect();
        let (failed, cancelled) = ("Err(ZeroDivisionError(''))", "Err(CancelledError(''))");
        let last = "Err(RuntimeError(''))";
        assert_eq!(reprs, ["Ok(1)", failed, cancelled, "Ok(3)", cancelled, last]);
        assert!(results[1].as_ref().is_err_and(|error| error.is_same(&first)));
        assert!(results[5].as_ref().is_err_and(|error| error.is_same(&second)));
        assert_eq!(callback.calls(), 1);
        Ok(())
    }
}

mod CoroutineGatherTests {
    use super::*;

    async fn coro(text: &'static str) -> Result<&'static str> {
        asyncio::Ok(text)
    }

    #[test]
    fn test_constructor_without_loop() {
        let text = without_a_loop(|| gather((coro("abc"), coro("abc"))));
        assert!(text.starts_with("There is no current event loop"), "{text}");
    }

    #[test]
    fn test_constructor_use_running_loop() -> Result<()> {
        let loop_ = TestLoop::new();
        let gather = async { asyncio::Ok(gather((coro("abc"), coro("abc")))) };
        let gathered = loop_.run_until_complete(gather)?;
        assert_eq!(gathered.get_loop(), *loop_);
        assert_eq!(loop_.run_until_complete(gathered)?, ("abc", "abc"));
        Ok(())
    }

    #[test]
    fn test_constructor_use_global_loop() -> Result<()> {
        let loop_ = TestLoop::new();
        let _current = CurrentLoop::set(&loop_);
        let gathered = gather((coro("abc"), coro("abc")));
        assert_eq!(gathered.get_loop(), *loop_);
        assert_eq!(loop_.run_until_complete(gathered)?, ("abc", "abc"));
        Ok(())
    }

    #[test]
    fn test_duplicate_coroutines() -> Result<()> {
        let loop_ = TestLoop::new();
        let gathered = loop_.run_until_complete(async {
            // A coroutine is given once; its task may be given as often as one likes.
            let (c, other) = (create_task(coro("abc")), create_task(coro("def")));
            asyncio::Ok(gather_all([&c, &c, &other, &c]))
        })?;
        run_ready(&loop_)?;
        assert_eq!(gathered.result()?, ["abc", "abc", "def", "abc"]);
        Ok(())
    }

    #[test]
    fn test_cancellation_broadcast() -> Result<()> {
        async fn inner(waiter: Future<()>, proof: Rc<Cell<i32>>) -> Result<()> {
            waiter.await?;
            proof.update(|proof| proof + 1);
            Ok(())
        }

        let loop_ = TestLoop::new();
        let (waiter, proof) = (loop_.create_future(), Rc::new(Cell::new(0)));
        let new_child = || loop_.create_task(inner(waiter.clone(), Rc::clone(&proof)));
        let (first, second) = (new_child(), new_child());
        let gatherer = Rc::new(RefCell::new(None));
        let (children, proven) = ((first.clone(), second.clone()), Rc::clone(&proof));
        let made = Rc::clone(&gatherer);
        let outer = loop_.create_task(async move {
            let gathered = gather(children);
            made.replace(Some(gathered.clone()));
            gathered.await?;
            proven.update(|proof| proof + 100);
            asyncio::Ok(())
        });
        run_briefly(&loop_)?;
        assert!(outer.cancel());
        assert!(loop_.run_until_complete(outer).unwrap_err().is::<CancelledError>());
        assert!(gatherer.take().is_some_and(|gatherer| !gatherer.cancel()));
        assert!(waiter.cancelled() && first.cancelled() && second.cancelled());
        run_briefly(&loop_)?;
        assert_eq!(proof.get(), 0);
        Ok(())
    }

    #[test]
    fn test_exception_marking() -> Result<()> {
        async fn inner(future: Future<()>) -> Result<()> {
            future.await?;
            Err(RuntimeError("should not be ignored"))
        }

        let (log, loop_) = (Log::start(), TestLoop::new());
        let (a, b) = (loop_.create_future(), loop_.create_future());
        let children = (a.clone(), b.clone());
        let outer: Task<()> = loop_.create_task(async move {
            gather((inner(children.0), inner(children.1))).await?;
            asyncio::Ok(())
        });
        run_briefly(&loop_)?;
        a.set_result(())?;
        run_briefly(&loop_)?;
        b.set_result(())?;
        run_briefly(&loop_)?;
        assert!(outer.exception()?.is_some_and(|error| error.is::<RuntimeError>()));
        // Nor is the second one lost.
        assert!(log.texts().is_empty(), "{:?}", log.texts());
        Ok(())
    }
}

mod BaseTaskTests {
    use super::*;

    #[test]
    fn test_gather_does_not_add_callback_to_outer() -> Result<()> {
        let loop_ = TestLoop::new();
        let task = loop_.create_task(async {
            let outer = gather((sleep(0), sleep(0)));
            assert!(!has_callbacks(&outer));
            outer.await
        });
        loop_.run_until_complete(task)?;
        Ok(())
    }

    #[test]
    fn test_cancel_gather_1() -> Result<()> {
        let loop_ = TestLoop::new();
        let future = loop_.create_future();
        let waited = future.clone();
        let gathered = loop_.run_until_complete(async move {
            // In a coroutine, so that the gathering ends later than what is waited for.
            asyncio::Ok(ensure_future(gather_all([wait_for(waited)])))
        })?;
        let outcome = Rc::new(Cell::new(None));
        let (cancelled, seen) = (gathered.clone(), Rc::clone(&outcome));
        future.add_done_callback(move |_| seen.set(Some(cancelled.cancel())));
        future.set_result(42)?;
        loop_.run_until_complete(&gathered)?;
        assert_eq!(outcome.get(), Some(false));
        assert!(!gathered.cancelled());
        assert_eq!(gathered.result()?, [42]);
        Ok(())
    }
}
