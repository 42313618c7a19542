//! How tasks come to be: `create_task`, `ensure_future`, `eager_start`.

use std::cell::{Cell, RefCell};
use std::future::Future as StdFuture;
use std::future::IntoFuture;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context as TaskContext, Poll};

use asyncio::{
    Future, Result, RuntimeError, Task, TaskOptions, TypeError, ValueError, create_task,
    create_task_with, current_task, ensure_future, gather_all, get_running_loop, sleep_with,
};

use super::{
    CurrentLoop, TestLoop, exception_of, repr, run_briefly, wait_for, waits_for, without_a_loop,
};

async fn ok() -> Result<&'static str> {
    asyncio::Ok("ok")
}

mod BaseTaskTests {
    use super::*;

    #[test]
    fn test_task_del_collect() -> Result<()> {
        /// Its end looks at all tasks and lets go of one.
        struct Evil {
            handles: Rc<RefCell<Vec<Task<Evil>>>>,
            ends: Rc<Cell<usize>>,
        }

        impl Drop for Evil {
            fn drop(&mut self) {
                self.ends.update(|ends| ends + 1);
                let handle = self.handles.borrow_mut().pop();
                drop(handle);
            }
        }

        let loop_ = TestLoop::new();
        let (handles, ends) = (Rc::new(RefCell::new(Vec::new())), Rc::new(Cell::new(0)));
        for _ in 0..100 {
            let evil = Evil { handles: Rc::clone(&handles), ends: Rc::clone(&ends) };
            handles.borrow_mut().push(loop_.create_task(async move { asyncio::Ok(evil) }));
        }
        let tasks = handles.borrow().clone();
        let results = loop_.run_until_complete(gather_all(tasks))?;
        assert_eq!((results.len(), ends.get(), handles.borrow().len()), (100, 0, 100));
        drop(results);
        assert_eq!((ends.get(), handles.borrow().len()), (100, 0));
        Ok(())
    }

    #[test]
    fn test_other_loop_future() {
        let (loop_, other_loop) = (TestLoop::new(), TestLoop::new());
        let future = other_loop.create_future::<()>();
        let waited = future.clone();
        let error = loop_.run_until_complete(wait_for(waited)).unwrap_err();
        assert!(error.is::<RuntimeError>());
        let text = error.to_string();
        assert!(text.starts_with("Task <Task pending name='Task-"), "{text}");
        let end = format!(" got Future {future:?} attached to a different loop");
        assert!(text.ends_with(&end), "{text}");
    }

    #[test]
    fn test_task_awaits_on_itself() {
        let loop_ = TestLoop::new();
        let itself = Rc::new(RefCell::new(None::<Task<()>>));
        let known = Rc::clone(&itself);
        let task = loop_.create_task(async move {
            let itself = known.borrow().clone().expect("it was made before it runs");
            itself.await
        });
        itself.replace(Some(task.clone()));
        let error = loop_.run_until_complete(task).unwrap_err();
        itself.take();
        assert!(error.is::<RuntimeError>());
        assert!(error.to_string().starts_with("Task cannot await on itself: <Task "), "{error}");
    }

    #[test]
    fn test_task_class() -> Result<()> {
        let loop_ = TestLoop::new();
        let task = loop_.create_task(ok());
        loop_.run_until_complete(&task)?;
        assert!(task.done());
        assert_eq!(task.result()?, "ok");
        assert_eq!(task.get_loop(), *loop_);

        let other_loop = TestLoop::new();
        let _current = CurrentLoop::set(&other_loop);
        let task = other_loop.create_task(ok());
        assert_eq!(task.get_loop(), *other_loop);
        assert_eq!(other_loop.run_until_complete(task)?, "ok");
        Ok(())
    }

    #[test]
    fn test_ensure_future_coroutine() -> Result<()> {
        let loop_ = TestLoop::new();
        let ends_well = |task: Future<&'static str>| {
            assert_eq!(task.get_loop(), *loop_);
            loop_.run_until_complete(&task)?;
            assert!(task.done());
            assert_eq!(task.result()?, "ok");
            asyncio::Ok(())
        };
        ends_well(Future::clone(&loop_.create_task(ok())))?;

        let text = without_a_loop(|| ensure_future(ok()));
        assert!(text.starts_with("There is no current event loop"), "{text}");

        ends_well(loop_.run_until_complete(async { asyncio::Ok(ensure_future(ok())) })?)?;

        let _current = CurrentLoop::set(&loop_);
        ends_well(ensure_future(ok()))
    }

    #[test]
    fn test_ensure_future_future() -> Result<()> {
        let (loop_, other_loop) = (TestLoop::new(), TestLoop::new());
        let original = loop_.create_future();
        original.set_result("ko")?;
        let future = ensure_future(original.clone());
        loop_.run_until_complete(&future)?;
        assert!(future.done());
        assert_eq!(future.result()?, "ko");
        assert_eq!(future, original);

        // What takes the loop as an argument is `run_until_complete`.
        let _current = CurrentLoop::set(&other_loop);
        assert!(other_loop.run_until_complete(&original).unwrap_err().is::<ValueError>());
        assert_eq!(ensure_future(original.clone()), original);
        assert_eq!(loop_.run_until_complete(&original)?, "ko");
        Ok(())
    }

    #[test]
    fn test_ensure_future_task() -> Result<()> {
        let (loop_, other_loop) = (TestLoop::new(), TestLoop::new());
        let original = loop_.create_task(ok());
        let task = ensure_future(original.clone());
        loop_.run_until_complete(&task)?;
        assert!(task.done());
        assert_eq!(task.result()?, "ok");
        assert_eq!(task, *original);

        let _current = CurrentLoop::set(&other_loop);
        assert!(other_loop.run_until_complete(&original).unwrap_err().is::<ValueError>());
        assert_eq!(ensure_future(original.clone()), *original);
        assert_eq!(loop_.run_until_complete(&original)?, "ok");
        Ok(())
    }

    #[test]
    fn test_ensure_future_awaitable() -> Result<()> {
        struct Aw<C>(C);

        impl<C: StdFuture> IntoFuture for Aw<C> {
            type Output = C::Output;
            type IntoFuture = C;

            fn into_future(self) -> C {
                self.0
            }
        }

        let loop_ = TestLoop::new();
        let _current = CurrentLoop::set(&loop_);
        let future = ensure_future(Aw(ok()));
        loop_.run_until_complete(&future)?;
        assert_eq!(future.result()?, "ok");
        Ok(())
    }

    #[test]
    fn test_ensure_future_task_awaitable() -> Result<()> {
        struct Aw;

        impl IntoFuture for Aw {
            type Output = Result<&'static str>;
            type IntoFuture = Pin<Box<dyn StdFuture<Output = Self::Output>>>;

            fn into_future(self) -> Self::IntoFuture {
                Box::pin(sleep_with(0, "ok"))
            }
        }

        let loop_ = TestLoop::new();
        let _current = CurrentLoop::set(&loop_);
        let future = ensure_future(Aw);
        loop_.run_until_complete(&future)?;
        assert!(future.done());
        assert_eq!(future.result()?, "ok");
        assert!(future.as_task().is_some() && repr(&future).contains(" coro=<"), "{future:?}");
        Ok(())
    }

    #[test]
    fn test_ensure_future_error_msg() {
        let (loop_, other_loop) = (TestLoop::new(), TestLoop::new());
        let future = loop_.create_future::<()>();
        let error = other_loop.run_until_complete(future).unwrap_err();
        let text = "The future belongs to a different loop than the one specified as the loop \
                    argument";
        assert_eq!(repr(&error), format!("ValueError('{text}')"));
    }

    #[test]
    fn test_task_basics() -> Result<()> {
        async fn inner(result: i32) -> Result<i32> {
            asyncio::Ok(result)
        }

        async fn outer() -> Result<i32> {
            asyncio::Ok(inner(42).await? + inner(1000).await?)
        }

        assert_eq!(TestLoop::new().run_until_complete(outer())?, 1042);
        Ok(())
    }

    #[test]
    fn test_task_set_methods() -> Result<()> {
        let loop_ = TestLoop::new();
        let task = loop_.create_task(ok());
        let refused = [task.set_result("other"), task.set_exception(ValueError("no"))];
        for (outcome, operation) in refused.into_iter().zip(["set_result", "set_exception"]) {
            let text = format!("RuntimeError('Task does not support {operation} operation')");
            assert_eq!(repr(&outcome.unwrap_err()), text);
        }
        assert_eq!(loop_.run_until_complete(task)?, "ok");
        Ok(())
    }

    #[test]
    fn test_step_result_future() -> Result<()> {
        let loop_ = TestLoop::new();
        let future = loop_.create_future::<Rc<()>>();
        let result = Rc::new(RefCell::new(None));
        let (waited, seen) = (future.clone(), Rc::clone(&result));
        let task = loop_.create_task(async move {
            seen.replace(Some(waited.await?));
            asyncio::Ok(())
        });
        run_briefly(&loop_)?;
        assert!(waits_for(&task, &future));

        let value = Rc::new(());
        future.set_result(Rc::clone(&value))?;
        run_briefly(&loop_)?;
        assert!(result.take().is_some_and(|seen| Rc::ptr_eq(&seen, &value)));
        assert!(task.done());
        task.result()
    }

    #[test]
    fn test_create_task_with_noncoroutine() {
        let loop_ = TestLoop::new();
        let future = loop_.create_future::<()>();
        // Not even the second time.
        for _ in 0..2 {
            let error = exception_of(|| loop_.create_task(future.clone()));
            assert!(error.is::<TypeError>());
            assert_eq!(error.to_string(), format!("a coroutine was expected, got {future:?}"));
        }
    }

    #[test]
    fn test_create_task_with_async_function() -> Result<()> {
        let loop_ = TestLoop::new();
        for _ in 0..2 {
            let task: Task<&'static str> = loop_.create_task(ok());
            assert_eq!(loop_.run_until_complete(task)?, "ok");
        }
        Ok(())
    }

    #[test]
    fn test_create_task_with_asynclike_function() -> Result<()> {
        struct CoroLikeObject;

        impl StdFuture for CoroLikeObject {
            type Output = Result<i32>;

            fn poll(self: Pin<&mut Self>, _: &mut TaskContext<'_>) -> Poll<Result<i32>> {
                Poll::Ready(Ok(42))
            }
        }

        let loop_ = TestLoop::new();
        for _ in 0..2 {
            let task: Task<i32> = loop_.create_task(CoroLikeObject);
            assert_eq!(loop_.run_until_complete(task)?, 42);
        }
        Ok(())
    }

    #[asyncio::test]
    async fn test_bare_create_task() -> Result<()> {
        let task: Task<i32> = create_task(async { asyncio::Ok(1) });
        assert_eq!(task.await?, 1);
        Ok(())
    }

    #[asyncio::test]
    async fn test_bare_create_named_task() -> Result<()> {
        let task = create_task_with(async { asyncio::Ok(()) }, TaskOptions::new().name("No-op"));
        assert_eq!(task.get_name(), "No-op");
        task.await
    }

    /// Notes its task's name.
    async fn note_name(name: Rc<RefCell<Option<String>>>) -> Result<()> {
        name.replace(current_task().map(|task| task.get_name()));
        Ok(())
    }

    #[asyncio::test]
    async fn test_eager_start_true() -> Result<()> {
        let name = Rc::new(RefCell::new(None));
        let options = TaskOptions::new().name("example").eager_start(true);
        let task = get_running_loop().create_task_with(note_name(Rc::clone(&name)), options);
        assert!(task.done());
        assert_eq!(name.take().as_deref(), Some("example"));
        task.await
    }

    #[asyncio::test]
    async fn test_eager_start_true_no_loop() -> Result<()> {
        let coroutine = async { asyncio::Ok(42) };
        let task = create_task_with(coroutine, TaskOptions::new().eager_start(true));
        assert!(task.done());
        assert_eq!(task.await?, 42);
        Ok(())
    }

    #[asyncio::test]
    async fn test_eager_start_false() -> Result<()> {
        let name = Rc::new(RefCell::new(None));
        let options = TaskOptions::new().name("example").eager_start(false);
        let task = get_running_loop().create_task_with(note_name(Rc::clone(&name)), options);
        assert!(!task.done());
        assert_eq!(name.borrow().as_deref(), None);
        task.await?;
        assert_eq!(name.take().as_deref(), Some("example"));
        Ok(())
    }
}

mod GenericTaskTests {
    use super::*;

    #[test]
    fn test_future_subclass() -> Result<()> {
        fn loop_of<T: 'static>(future: &Future<T>) -> asyncio::EventLoop {
            future.get_loop()
        }

        // A task goes where a future is asked for, and stays the same one.
        let loop_ = TestLoop::new();
        let task = loop_.create_task(ok());
        assert_eq!(loop_of(&task), *loop_);
        let future: Future<&'static str> = Future::clone(&task);
        assert_eq!(future.as_task(), Some(task.clone()));
        assert_eq!(loop_.run_until_complete(future)?, "ok");
        assert!(task.done());
        Ok(())
    }
}
