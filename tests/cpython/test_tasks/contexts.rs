//! Tasks and context variables.

use asyncio::{
    ContextVar, EventLoop, Result, RuntimeError, Task, TaskOptions, copy_context, create_task,
    create_task_with, gather_all, get_running_loop, sleep,
};

use super::{TestLoop, exception_of};

mod BaseTaskTests {
    use super::*;

    #[test]
    fn test_context_1() -> Result<()> {
        static CVAR: ContextVar<&str> = ContextVar::with_default("cvar", "nope");

        let loop_ = TestLoop::new();
        let task = loop_.create_task(async {
            assert_eq!(CVAR.get()?, "nope");
            let sub = create_task(async {
                sleep(0.01).await?;
                assert_eq!(CVAR.get()?, "nope");
                CVAR.set("something else");
                asyncio::Ok(())
            });
            CVAR.set("yes");
            assert_eq!(CVAR.get()?, "yes");
            sub.await?;
            assert_eq!(CVAR.get()?, "yes");
            asyncio::Ok(())
        });
        loop_.run_until_complete(task)
    }

    #[test]
    fn test_context_already_entered_leaves_loop_usable() -> Result<()> {
        let loop_ = TestLoop::new();
        // Should it hang, it ends here, with the task undone.
        let stopper = loop_.clone();
        loop_.call_later(5, move || stopper.stop());
        let task = loop_.create_task(async {
            let context = copy_context();
            let error = context.run(|| {
                let options = TaskOptions::new().context(&context).eager_start(true);
                exception_of(|| create_task_with(async { asyncio::Ok(()) }, options))
            })?;
            assert!(error.is::<RuntimeError>());
            sleep(0).await
        });
        loop_.run_until_complete(task)
    }

    #[test]
    fn test_context_2() -> Result<()> {
        static CVAR: ContextVar<String> = ContextVar::new("cvar");

        async fn go_on(round: i32) -> Result<()> {
            for step in 0..3 {
                let value = format!("yes{step}-{round}");
                CVAR.set(value.clone());
                sleep(0.001).await?;
                assert_eq!(CVAR.get()?, value);
            }
            Ok(())
        }

        let loop_ = TestLoop::new();
        let task = loop_.create_task(async {
            let loop_ = get_running_loop();
            assert!(CVAR.get().is_err());
            for round in 0..2 {
                let future = loop_.create_future();
                // What a callback sets is not for the task.
                future.add_done_callback(|_| _ = CVAR.set("something else".to_owned()));
                let value = format!("yes{round}");
                CVAR.set(value.clone());
                let set = future.clone();
                loop_.call_soon(move || set.set_result(()));
                future.await?;
                assert_eq!(CVAR.get()?, value);
                go_on(round).await?;
            }
            asyncio::Ok(())
        });
        loop_.run_until_complete(task)?;
        assert!(CVAR.get().is_err());
        Ok(())
    }

    #[test]
    fn test_context_3() -> Result<()> {
        static CVAR: ContextVar<i32> = ContextVar::with_default("cvar", -1);

        /// Sets the variable ten times, and sleeps in between, unlike any other task.
        async fn sub(number: i32) -> Result<()> {
            for step in 0..10 {
                CVAR.set(number + step);
                let milliseconds = 1 + (number * 31 + step * 17) % 50;
                sleep(f64::from(milliseconds) / 1000.0).await?;
                assert_eq!(CVAR.get()?, number + step);
            }
            Ok(())
        }

        let loop_ = TestLoop::new();
        loop_.run_until_complete(async {
            let loop_ = get_running_loop();
            gather_all((0..100).map(|number| loop_.create_task(sub(number)))).await
        })?;
        assert_eq!(CVAR.get()?, -1);
        Ok(())
    }

    static SHARED: ContextVar<i32> = ContextVar::new("cvar");

    async fn set_late(value: i32) -> Result<()> {
        sleep(0).await?;
        SHARED.set(value);
        Ok(())
    }

    /// Two tasks one after the other in a context that they are given, and what is in there.
    async fn share_a_context(new_task: fn(i32, TaskOptions) -> Task<()>) -> Result<()> {
        let context = copy_context();
        let mut seen = vec![context.get(&SHARED)];
        for value in [1, 2] {
            new_task(value, TaskOptions::new().context(&context)).await?;
            seen.push(context.get(&SHARED));
        }
        assert_eq!(seen, [None, Some(1), Some(2)]);
        Ok(())
    }

    #[test]
    fn test_context_4() -> Result<()> {
        // By a factory, which is where a task is made by itself here.
        let loop_ = TestLoop::new();
        loop_.set_task_factory(asyncio::AnyTask::new);
        let new_task =
            |value, options| get_running_loop().create_task_with(set_late(value), options);
        loop_.run_until_complete(loop_.create_task(share_a_context(new_task)))
    }

    #[test]
    fn test_context_5() -> Result<()> {
        let new_task = |value, options| create_task_with(set_late(value), options);
        TestLoop::new().run_until_complete(share_a_context(new_task))
    }

    #[test]
    fn test_context_6() -> Result<()> {
        let loop_ = TestLoop::new();
        let new_task = |value, options| {
            let loop_: EventLoop = get_running_loop();
            loop_.create_task_with(set_late(value), options)
        };
        loop_.run_until_complete(loop_.create_task(share_a_context(new_task)))
    }

    #[test]
    fn test_get_context() -> Result<()> {
        let loop_ = TestLoop::new();
        let context = copy_context();
        let options = TaskOptions::new().context(&context);
        let task = loop_.create_task_with(async { asyncio::Ok(()) }, options);
        loop_.run_until_complete(&task)?;
        assert_eq!(task.get_context(), context);
        Ok(())
    }
}
