//! `test_futures2.py`.

use std::cell::Cell;
use std::rc::Rc;

use asyncio::{
    ContextVar, EventLoop, Result, Task, TypeError, ZeroDivisionError, create_task,
    get_running_loop, sleep,
};

use crate::support::logged;

mod FutureTests {
    use super::*;

    #[asyncio::test]
    async fn test_future_traceback() -> Result<()> {
        let task = create_task(async { Err::<(), _>(TypeError("42")) });
        for _ in 0..5 {
            let error = (&task).await.unwrap_err();
            assert!(error.is::<TypeError>());
            // Nothing piles up from one await to the next.
            assert_eq!(error.format_exception().trim_end(), "TypeError: 42");
        }
        Ok(())
    }

    static NAME: ContextVar<&str> = ContextVar::with_default("name", "foo");

    /// Has the exception handler look at the variable, and returns what it sees.
    fn watch_handler() -> Rc<Cell<Option<&'static str>>> {
        let seen = Rc::new(Cell::new(None));
        let sees = Rc::clone(&seen);
        get_running_loop().set_exception_handler(move |_, _| sees.set(NAME.get().ok()));
        seen
    }

    #[asyncio::test]
    async fn test_task_exc_handler_correct_context() -> Result<()> {
        let seen = watch_handler();
        create_task(async {
            NAME.set("bar");
            Err::<(), _>(ZeroDivisionError("division by zero"))
        });
        sleep(0).await?;
        assert_eq!(seen.get(), Some("bar"));
        Ok(())
    }

    #[asyncio::test]
    async fn test_handle_exc_handler_correct_context() -> Result<()> {
        let seen = watch_handler();
        get_running_loop().call_soon(|| {
            NAME.set("bar");
            Err::<(), _>(ZeroDivisionError("division by zero"))
        });
        sleep(0).await?;
        assert_eq!(seen.get(), Some("bar"));
        Ok(())
    }
}

mod FutureReprTests {
    use super::*;

    /// Awaits the task that is in the slot by then.
    async fn follow(slot: Rc<Cell<Option<Task<()>>>>) -> Result<()> {
        sleep(0).await?;
        let task = slot.take().expect("it was set");
        task.await
    }

    #[test]
    fn test_recursive_repr_for_pending_tasks() {
        // In Python a task is inside its own repr when its result is the set of all tasks; here
        // when it waits for one that waits for it.
        let slots = [(); 2].map(|()| Rc::new(Cell::new(None)));
        let loop_ = EventLoop::with_virtual_clock();
        let tasks = slots.clone().map(|slot| loop_.create_task(follow(slot)));
        slots[0].set(Some(tasks[1].clone()));
        slots[1].set(Some(tasks[0].clone()));
        loop_.run_until_complete(sleep(1)).unwrap();

        let repr = format!("{:?}", tasks[0]);
        assert!(repr.contains("wait_for=<Task pending") && repr.contains("wait_for=..."), "{repr}");
        let messages = logged(|| loop_.close().unwrap());
        assert_eq!(messages.len(), 2);
    }
}
