//! Which tasks a loop has, and which of them runs: what CPython asks of the hooks for task types
//! of one's own, asked of tasks that go the whole way.

use std::cell::RefCell;
use std::rc::Rc;

use asyncio::{
    AnyTask, Result, TaskOptions, all_tasks_of, create_task_with, current_task_of,
    get_running_loop, sleep,
};

use super::{TestLoop, run_briefly, wait_for};

mod BaseTaskIntrospectionTests {
    use super::*;

    #[test]
    fn test__register_task_1() -> Result<()> {
        let (loop_, other_loop) = (TestLoop::new(), TestLoop::new());
        assert_eq!(all_tasks_of(&loop_), []);
        let task = loop_.create_task(sleep(1));
        assert_eq!(all_tasks_of(&loop_), [task.any()]);
        assert_eq!(all_tasks_of(&other_loop), []);
        loop_.run_until_complete(task)
    }

    #[test]
    fn test__register_task_2() -> Result<()> {
        // The loop is what the task says.
        let loop_ = TestLoop::new();
        assert_eq!(all_tasks_of(&loop_), []);
        let task = loop_
            .run_until_complete(async { asyncio::Ok(create_task_with(sleep(1), eagerly())) })?;
        assert_eq!(all_tasks_of(&task.get_loop()), [task.any()]);
        loop_.run_until_complete(task)
    }

    #[test]
    fn test__register_task_3() -> Result<()> {
        let loop_ = TestLoop::new();
        let task = loop_.run_until_complete(async {
            let done = create_task_with(async { asyncio::Ok(()) }, eagerly());
            assert!(done.done() && !all_tasks_of(&get_running_loop()).contains(&done.any()));
            asyncio::Ok(done)
        })?;
        assert_eq!(all_tasks_of(&loop_), []);
        task.result()
    }

    #[test]
    fn test__unregister_task() -> Result<()> {
        let loop_ = TestLoop::new();
        let future = loop_.create_future::<()>();
        let task = loop_.create_task(wait_for(future.clone()));
        future.set_result(())?;
        run_briefly(&loop_)?;
        assert!(task.done());
        assert_eq!(all_tasks_of(&loop_), []);
        Ok(())
    }

    fn eagerly() -> TaskOptions {
        TaskOptions::new().eager_start(true)
    }

    /// The tasks that were found running.
    type Seen = Rc<RefCell<Vec<Option<AnyTask>>>>;

    /// Notes which task runs, then what `inner` does, then again.
    async fn note(seen: Seen, inner: impl FnOnce()) -> Result<()> {
        let loop_ = get_running_loop();
        seen.borrow_mut().push(current_task_of(&loop_));
        inner();
        seen.borrow_mut().push(current_task_of(&loop_));
        Ok(())
    }

    #[test]
    fn test__enter_task() -> Result<()> {
        let (loop_, seen) = (TestLoop::new(), Seen::default());
        assert_eq!(current_task_of(&loop_), None);
        let task = loop_.create_task(note(Rc::clone(&seen), || {}));
        assert_eq!(current_task_of(&loop_), None);
        loop_.run_until_complete(&task)?;
        assert_eq!(seen.take(), [Some(task.any()), Some(task.any())]);
        Ok(())
    }

    #[test]
    fn test__leave_task() -> Result<()> {
        let (loop_, seen) = (TestLoop::new(), Seen::default());
        let (inner_seen, between) = (Rc::clone(&seen), Rc::clone(&seen));
        let outer = loop_.create_task(note(Rc::clone(&seen), move || {
            create_task_with(note(inner_seen, || {}), eagerly().name("inner"));
        }));
        // Between two steps there is none.
        loop_.call_soon(move || {
            between.borrow_mut().push(current_task_of(&get_running_loop()));
        });
        loop_.run_until_complete(&outer)?;
        assert_eq!(current_task_of(&loop_), None);
        let [first, inner, inner_again, last, none] = &seen.take()[..] else {
            panic!("not five entries")
        };
        assert_eq!((first, last, none), (&Some(outer.any()), &Some(outer.any()), &None));
        assert_eq!(inner, inner_again);
        assert!(inner.as_ref().is_some_and(|inner| inner.get_name() == "inner"));
        Ok(())
    }
}
