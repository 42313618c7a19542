//! `test_eager_task_factory.py`.

use std::cell::{Cell, RefCell};
use std::future::Future as StdFuture;
use std::pin::Pin;
use std::rc::Rc;

use asyncio::{
    AnyTask, CancelledError, ContextVar, Coroutine, EventLoop, Result, TaskGroup, TaskOptions,
    all_tasks, create_eager_task_factory, create_task, create_task_with, current_task, gather_all,
    get_running_loop, sleep, sleep_with,
};

fn new_eager_loop() -> EventLoop {
    let loop_ = EventLoop::with_virtual_clock();
    loop_.set_task_factory(create_eager_task_factory(AnyTask::new));
    loop_
}

/// A coroutine that writes down the name of its task.
fn name_taker() -> (impl StdFuture<Output = Result<()>>, Rc<RefCell<Option<String>>>) {
    let name = Rc::new(RefCell::new(None));
    let seen = Rc::clone(&name);
    let taker = async move {
        seen.replace(current_task().map(|task| task.get_name()));
        asyncio::Ok(())
    };
    (taker, name)
}

mod EagerTaskFactoryLoopTests {
    use super::*;

    #[test]
    fn test_eager_task_factory_set() -> Result<()> {
        let loop_ = EventLoop::with_virtual_clock();
        let made: Rc<RefCell<Vec<AnyTask>>> = Rc::default();
        let noted = Rc::clone(&made);
        loop_.set_task_factory(create_eager_task_factory(move |loop_, coroutine, options| {
            let task = AnyTask::new(loop_, coroutine, options);
            noted.borrow_mut().push(task.clone());
            task
        }));
        assert!(loop_.get_task_factory().is_some());
        let own = loop_.clone();
        loop_.run_until_complete(async move {
            let task = own.create_task(async { asyncio::Ok(()) });
            assert_eq!(made.borrow().last(), Some(&task.any()));
            task.await
        })?;
        loop_.close()
    }

    #[asyncio::test(loop_factory = new_eager_loop)]
    async fn test_await_future_during_eager_step() -> Result<()> {
        let future = get_running_loop().create_future();
        let setter = future.clone();
        let task = create_task(async move { setter.set_result("my message") });
        assert!(task.done());
        assert_eq!(future.await?, "my message");
        Ok(())
    }

    #[asyncio::test(loop_factory = new_eager_loop)]
    async fn test_eager_completion() -> Result<()> {
        let task = create_task(async { asyncio::Ok("hello") });
        assert!(task.done());
        assert_eq!(task.await?, "hello");
        Ok(())
    }

    #[asyncio::test(loop_factory = new_eager_loop)]
    async fn test_block_after_eager_step() -> Result<()> {
        let task = create_task(sleep_with(0.1, "finished after blocking"));
        assert!(!task.done());
        let result = (&task).await?;
        assert!(task.done());
        assert_eq!(result, "finished after blocking");
        Ok(())
    }

    #[asyncio::test(loop_factory = new_eager_loop)]
    async fn test_cancellation_after_eager_completion() -> Result<()> {
        let task = create_task(async { asyncio::Ok("finished without blocking") });
        task.cancel();
        let result = (&task).await?;
        assert!(!task.cancelled());
        assert_eq!(result, "finished without blocking");
        Ok(())
    }

    #[asyncio::test(loop_factory = new_eager_loop)]
    async fn test_cancellation_after_eager_step_blocks() -> Result<()> {
        let task = create_task(sleep_with(0.1, "finished after blocking"));
        task.cancel_with("cancellation message");
        assert!(task.cancelling() > 0);
        let raised = task.await.unwrap_err();
        let cancelled = raised.downcast_ref::<CancelledError>().expect("a cancellation");
        assert_eq!(cancelled.message(), "cancellation message");
        Ok(())
    }

    #[asyncio::test(loop_factory = new_eager_loop)]
    async fn test_current_task() -> Result<()> {
        let captured: Rc<RefCell<Option<AnyTask>>> = Rc::default();
        let seen = Rc::clone(&captured);
        let task = create_task(async move {
            seen.replace(current_task());
            sleep(0.1).await?;
            assert_eq!(current_task(), *seen.borrow());
            asyncio::Ok(())
        });
        assert_eq!(*captured.borrow(), Some(task.any()));
        task.await
    }

    #[asyncio::test(loop_factory = new_eager_loop)]
    async fn test_all_tasks_with_eager_completion() -> Result<()> {
        let captured = Rc::new(RefCell::new(Vec::new()));
        let seen = Rc::clone(&captured);
        let task = create_task(async move {
            seen.replace(all_tasks());
            asyncio::Ok(())
        });
        assert!(captured.borrow().contains(&task.any()));
        assert!(!all_tasks().contains(&task.any()));
        Ok(())
    }

    #[asyncio::test(loop_factory = new_eager_loop)]
    async fn test_all_tasks_with_blocking() -> Result<()> {
        let loop_ = get_running_loop();
        let (first, second) = (loop_.create_future::<()>(), loop_.create_future());
        let captured = Rc::new(RefCell::new(Vec::new()));
        let (waited, setter, seen) = (first.clone(), second.clone(), Rc::clone(&captured));
        let task = create_task(async move {
            seen.replace(all_tasks());
            waited.await?;
            setter.set_result(())
        });
        assert!(captured.borrow().contains(&task.any()));
        assert!(all_tasks().contains(&task.any()));
        first.set_result(())?;
        second.await?;
        assert!(!all_tasks().contains(&task.any()));
        Ok(())
    }

    #[asyncio::test(loop_factory = new_eager_loop)]
    async fn test_context_vars() -> Result<()> {
        static VARIABLE: ContextVar<i32> = ContextVar::with_default("cv", 0);
        let steps = Rc::new(Cell::new(0));
        let taken = Rc::clone(&steps);
        VARIABLE.set(1);
        let task = create_task(async move {
            assert_eq!(VARIABLE.get()?, 1);
            VARIABLE.set(2);
            assert_eq!(VARIABLE.get()?, 2);
            taken.set(1);
            sleep(0.1).await?;
            assert_eq!(VARIABLE.get()?, 2);
            VARIABLE.set(3);
            assert_eq!(VARIABLE.get()?, 3);
            taken.set(2);
            asyncio::Ok(())
        });
        assert_eq!((steps.get(), VARIABLE.get()?), (1, 1));
        task.await?;
        assert_eq!((steps.get(), VARIABLE.get()?), (2, 1));
        Ok(())
    }

    #[asyncio::test(loop_factory = new_eager_loop)]
    async fn test_eager_start_false() -> Result<()> {
        let (taker, name) = name_taker();
        let options = TaskOptions::new().eager_start(false).name("example");
        let task = create_task_with(taker, options);
        assert!(!task.done());
        assert_eq!(*name.borrow(), None);
        task.await?;
        assert_eq!(name.take().as_deref(), Some("example"));
        Ok(())
    }
}

mod CEagerTaskFactoryLoopTests {
    use super::*;

    /// A task that ended in its first step has forgotten its coroutine, as its repr shows.
    #[asyncio::test(loop_factory = new_eager_loop, debug = false)]
    async fn test_issue122332() -> Result<()> {
        let brief = TaskOptions::new().name("brief");
        let task = create_task_with(async { asyncio::Ok(()) }, brief);
        (&task).await?;
        assert_eq!(format!("{task:?}"), "<Task finished name='brief' result=None>");
        let late = create_task_with(sleep(0), TaskOptions::new().name("late"));
        (&late).await?;
        assert!(format!("{late:?}").contains(" coro=<sleep() done"), "{late:?}");
        Ok(())
    }

    #[asyncio::test(loop_factory = new_eager_loop)]
    async fn test_name() -> Result<()> {
        let (taker, name) = name_taker();
        let task = create_task_with(taker, TaskOptions::new().name("test name"));
        assert_eq!(name.take().as_deref(), Some("test name"));
        task.await
    }
}

type Recursion<T> = Pin<Box<dyn StdFuture<Output = Result<T>>>>;

/// How many tasks did not start in the moment in which they were made.
#[derive(Clone, Default)]
struct TaskCounter {
    tasks: Rc<Cell<u32>>,
    /// How many coroutines have started.
    started: Rc<Cell<u32>>,
}

impl TaskCounter {
    fn count(&self, loop_: &EventLoop, coroutine: Coroutine, options: TaskOptions) -> AnyTask {
        let before = self.started.get();
        let task = AnyTask::new(loop_, coroutine, options);
        if self.started.get() == before {
            self.tasks.update(|tasks| tasks + 1);
        }
        task
    }

    fn start(&self) {
        self.started.update(|started| started + 1);
    }

    fn awaitable_chain(self, depth: u32) -> Recursion<u32> {
        Box::pin(async move {
            self.start();
            if depth == 0 {
                return Ok(0);
            }
            Ok(1 + self.awaitable_chain(depth - 1).await?)
        })
    }

    fn recursive_taskgroups(self, width: u32, depth: u32) -> Recursion<()> {
        Box::pin(async move {
            self.start();
            if depth == 0 {
                return Ok(());
            }
            TaskGroup::new()
                .run(async |group| {
                    for _ in 0..width {
                        group.create_task(self.clone().recursive_taskgroups(width, depth - 1))?;
                    }
                    asyncio::Ok(())
                })
                .await
        })
    }

    fn recursive_gather(self, width: u32, depth: u32) -> Recursion<()> {
        Box::pin(async move {
            self.start();
            if depth == 0 {
                return Ok(());
            }
            let children = (0..width).map(|_| self.clone().recursive_gather(width, depth - 1));
            gather_all(children).await?;
            Ok(())
        })
    }
}

/// The tests of `BaseTaskCountingTests`, with tasks that start eagerly or do not.
///
/// CPython's factory is told which tasks are to start eagerly; here that is seen. No loop runs
/// when `run_until_complete` makes its task, so each test makes its first one itself.
macro_rules! counting_tests {
    ($class:ident: factory = $factory:expr, first = $first:expr, all = $all:expr) => {
        mod $class {
            use super::*;

            fn set_factory() -> TaskCounter {
                let counter = TaskCounter::default();
                let counted = counter.clone();
                let count = move |loop_: &EventLoop, coroutine, options| {
                    counted.count(loop_, coroutine, options)
                };
                get_running_loop().set_task_factory($factory(count));
                counter
            }

            #[asyncio::test]
            async fn test_awaitables_chain() -> Result<()> {
                let counter = set_factory();
                assert_eq!(create_task(counter.clone().awaitable_chain(100)).await?, 100);
                assert_eq!(counter.tasks.get(), $first);
                Ok(())
            }

            #[asyncio::test]
            async fn test_recursive_taskgroups() -> Result<()> {
                let counter = set_factory();
                create_task(counter.clone().recursive_taskgroups(5, 4)).await?;
                assert_eq!(counter.started.get(), ALL_TASKS);
                assert_eq!(counter.tasks.get(), $all);
                Ok(())
            }

            #[asyncio::test]
            async fn test_recursive_gather() -> Result<()> {
                let counter = set_factory();
                create_task(counter.clone().recursive_gather(5, 4)).await?;
                assert_eq!(counter.started.get(), ALL_TASKS);
                assert_eq!(counter.tasks.get(), $all);
                Ok(())
            }
        }
    };
}

const ALL_TASKS: u32 = 1 + 5 + 5 * 5 + 5 * 5 * 5 + 5 * 5 * 5 * 5;

counting_tests! { NonEagerTests: factory = std::convert::identity, first = 1, all = ALL_TASKS }
counting_tests! { EagerTests: factory = create_eager_task_factory, first = 0, all = 0 }

mod DefaultTaskFactoryEagerStart {
    use super::*;

    #[asyncio::test]
    async fn test_eager_start_true_with_default_factory() -> Result<()> {
        let (taker, name) = name_taker();
        let options = TaskOptions::new().eager_start(true).name("example");
        let task = create_task_with(taker, options);
        assert!(task.done());
        assert_eq!(name.take().as_deref(), Some("example"));
        task.await
    }
}
