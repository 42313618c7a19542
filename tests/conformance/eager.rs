//! Eager tasks, which take their first step at once.

use std::cell::RefCell;
use std::fmt::Display;
use std::rc::Rc;

use asyncio::{
    AnyTask, Awaitable, CancelledError, ContextVar, Error, Future, Result, SystemExit, Task,
    TaskOptions, ValueError,
};

use crate::blocks::{cancelling, current_task};
use crate::trace::{
    attempt, collect, iteration, new_event_loop, outcome, run, run_once, show, state, trace, watch,
};

crate::scenarios! { eager:
    one_that_finishes_in_the_first_step,
    one_that_suspends,
    one_that_yields,
    one_that_fails_in_the_first_step,
    a_failure_in_the_first_step_that_nobody_sees,
    a_cancelled_error_in_the_first_step,
    the_first_step_comes_before_what_was_scheduled,
    what_is_done_does_not_suspend_the_first_step,
    a_future_that_the_first_step_sets,
    callbacks_of_one_that_is_done_come_later,
    one_within_another,
    one_made_by_a_callback,
    one_whose_loop_does_not_run_yet,
    one_that_awaits_itself,
    one_of_many_names,
    all_tasks_include_one_in_its_first_step,
    the_context_of_the_first_step,
    cancelling_one_that_is_done,
    cancelling_one_that_has_suspended,
    one_that_cancels_itself_in_the_first_step,
    one_that_cancels_its_parent_in_the_first_step,
    one_that_waits_for_its_parent,
    a_timeout_in_the_first_step,
    a_timeout_of_zero_around_the_first_step,
    a_context_that_is_already_entered,
    an_exit_in_the_first_step,
}

static VARIABLE: ContextVar<&str> = ContextVar::with_default("variable", "default");

fn get() -> &'static str {
    VARIABLE.get().expect("it has a default")
}

async fn noop() -> Result<()> {
    Ok(())
}

async fn value<T: Display>(result: T) -> Result<T> {
    trace!("{result} starts");
    Ok(result)
}

async fn slow_value<T: Display>(result: T, delay: i32) -> Result<T> {
    trace!("{result} starts");
    watch(&format!("sleep of {result}"), asyncio::sleep(delay)).await?;
    Ok(result)
}

async fn failure(text: &str) -> Result<()> {
    Err(ValueError(text))
}

fn create_future<T: 'static>() -> Future<T> {
    asyncio::get_running_loop().create_future()
}

fn eager() -> TaskOptions {
    TaskOptions::new().eager_start(true)
}

fn create_eager_task<A>(coroutine: A) -> Task<A::Value>
where
    A: Awaitable<Failure = Error>,
    A::IntoFuture: 'static,
    A::Value: 'static,
{
    asyncio::create_task_with(coroutine, eager())
}

fn names_of_all_tasks() -> Vec<String> {
    asyncio::all_tasks().iter().map(|task| task.get_name()).collect()
}

// The first step.

fn one_that_finishes_in_the_first_step() {
    async fn main() -> Result<()> {
        let task = create_eager_task(value(1));
        state("task", &task);
        show("task", &task);
        let before = iteration();
        outcome("task", task).await?;
        show("iterations", iteration() - before);
        Ok(())
    }

    run(main());
}

fn one_that_suspends() {
    async fn main() -> Result<()> {
        let task = create_eager_task(slow_value(1, 1));
        state("task", &task);
        show("task", &task);
        outcome("task", &task).await?;
        show("task", &task);
        Ok(())
    }

    run(main());
}

fn one_that_yields() {
    async fn main() -> Result<()> {
        let task = create_eager_task(slow_value(1, 0));
        state("task", &task);
        let before = iteration();
        outcome("task", task).await?;
        show("iterations", iteration() - before);
        Ok(())
    }

    run(main());
}

fn one_that_fails_in_the_first_step() {
    async fn main() -> Result<()> {
        let task = create_eager_task(failure("a"));
        state("task", &task);
        show("task", &task);
        outcome("task", &task).await?;
        outcome("once more", task).await
    }

    run(main());
}

fn a_failure_in_the_first_step_that_nobody_sees() {
    async fn main() -> Result<()> {
        let task = create_eager_task(failure("a"));
        trace!("created");
        drop(task);
        collect();
        trace!("end");
        Ok(())
    }

    run(main());
}

fn a_cancelled_error_in_the_first_step() {
    async fn cancelled() -> Result<()> {
        Err(CancelledError::with("raised"))
    }

    async fn main() -> Result<()> {
        let task = create_eager_task(cancelled());
        state("task", &task);
        outcome("task", task).await
    }

    run(main());
}

fn the_first_step_comes_before_what_was_scheduled() {
    async fn main() -> Result<()> {
        asyncio::get_running_loop().call_soon(|| trace!("scheduled before"));
        let lazy = asyncio::create_task(slow_value("lazy", 0));
        let eager = create_eager_task(slow_value("eager", 0));
        asyncio::get_running_loop().call_soon(|| trace!("scheduled after"));
        asyncio::wait([lazy, eager]).await?;
        Ok(())
    }

    run(main());
}

fn what_is_done_does_not_suspend_the_first_step() {
    async fn child(future: Future<i32>) -> Result<&'static str> {
        show("future", future.await?);
        show("noop", noop().await?);
        show("task", create_eager_task(value("inner")).await?);
        Ok("done")
    }

    async fn main() -> Result<()> {
        let future = create_future();
        future.set_result(1)?;
        let task = create_eager_task(child(future));
        state("task", &task);
        outcome("task", task).await
    }

    run(main());
}

fn a_future_that_the_first_step_sets() {
    async fn setter(future: Future<&'static str>) -> Result<()> {
        future.set_result("set")
    }

    async fn main() -> Result<()> {
        let future = create_future();
        create_eager_task(setter(future.clone()));
        let before = iteration();
        outcome("future", future).await?;
        show("iterations", iteration() - before);
        Ok(())
    }

    run(main());
}

fn callbacks_of_one_that_is_done_come_later() {
    async fn main() -> Result<()> {
        let task = create_eager_task(value(1));
        task.add_done_callback(|task: &Task<i32>| show("callback", task.result()));
        trace!("added");
        asyncio::sleep(0).await?;
        trace!("end");
        Ok(())
    }

    run(main());
}

fn one_within_another() {
    async fn inner() -> Result<&'static str> {
        show("inner", current_task().get_name());
        asyncio::sleep(0).await?;
        show("inner", current_task().get_name());
        Ok("inner")
    }

    async fn outer() -> Result<&'static str> {
        show("outer", current_task().get_name());
        let task = create_eager_task(inner());
        show("outer", current_task().get_name());
        watch("inner task", task).await
    }

    async fn main() -> Result<()> {
        let task = create_eager_task(outer());
        show("main", current_task().get_name());
        outcome("task", task).await
    }

    run(main());
}

fn one_made_by_a_callback() {
    async fn child() -> Result<()> {
        show("child", current_task().get_name());
        asyncio::sleep(0).await?;
        show("child", current_task().get_name());
        Ok(())
    }

    async fn main() -> Result<()> {
        asyncio::get_running_loop().call_soon(|| {
            show("before", asyncio::current_task());
            create_eager_task(child());
            show("after", asyncio::current_task());
        });
        asyncio::sleep(1).await
    }

    run(main());
}

fn one_whose_loop_does_not_run_yet() {
    let loop_ = new_event_loop();
    let task = loop_.create_task_with(slow_value(1, 1), eager());
    trace!("nothing ran");
    state("task", &task);
    attempt("run", || loop_.run_until_complete(task));
}

fn one_that_awaits_itself() {
    type Tasks = Rc<RefCell<Vec<Task<()>>>>;

    async fn child(tasks: Tasks) -> Result<()> {
        asyncio::sleep(0).await?;
        let itself = tasks.borrow()[0].clone();
        outcome("itself", itself).await
    }

    async fn main() -> Result<()> {
        let tasks = Tasks::default();
        let task = create_eager_task(child(Rc::clone(&tasks)));
        tasks.borrow_mut().push(task.clone());
        outcome("task", task).await
    }

    run(main());
}

fn one_of_many_names() {
    async fn child() -> Result<()> {
        show("name", current_task().get_name());
        Ok(())
    }

    async fn main() -> Result<()> {
        create_eager_task(child());
        asyncio::create_task_with(child(), eager().name("named"));
        create_eager_task(child());
        asyncio::create_task_with(child(), TaskOptions::new().eager_start(false)).await
    }

    run(main());
}

// Who is the current task, and which are there.

fn all_tasks_include_one_in_its_first_step() {
    async fn child(suspend: bool) -> Result<()> {
        show("first step", names_of_all_tasks());
        if suspend {
            asyncio::sleep(0).await?;
            show("second step", names_of_all_tasks());
        }
        Ok(())
    }

    async fn main() -> Result<()> {
        for suspend in [false, true] {
            let task = create_eager_task(child(suspend));
            show("created", names_of_all_tasks());
            task.await?;
            show("done", names_of_all_tasks());
        }
        Ok(())
    }

    run(main());
}

fn the_context_of_the_first_step() {
    static BY_CHILDREN: [[&str; 2]; 2] =
        [["by first", "again by first"], ["by second", "again by second"]];

    async fn child(name: &str, [by, again_by]: [&'static str; 2]) -> Result<()> {
        show(name, get());
        VARIABLE.set(by);
        asyncio::sleep(0).await?;
        show(name, get());
        VARIABLE.set(again_by);
        Ok(())
    }

    async fn main() -> Result<()> {
        VARIABLE.set("by main");
        let context = asyncio::copy_context();
        VARIABLE.set("later");
        let first = create_eager_task(child("first", BY_CHILDREN[0]));
        show("main", get());
        let second = child("second", BY_CHILDREN[1]);
        let second = asyncio::create_task_with(second, eager().context(&context));
        show("context", context.run(get));
        asyncio::wait([first, second]).await?;
        show("main", get());
        show("context", context.run(get));
        Ok(())
    }

    run(main());
}

// Cancellation.

fn cancelling_one_that_is_done() {
    async fn main() -> Result<()> {
        let task = create_eager_task(value(1));
        show("cancel", task.cancel());
        outcome("task", task).await
    }

    run(main());
}

fn cancelling_one_that_has_suspended() {
    async fn main() -> Result<()> {
        for delay in [0, 1] {
            let task = create_eager_task(slow_value(1, delay));
            show("cancel", task.cancel_with("why"));
            state("task", &task);
            outcome("task", &task).await?;
            state("task", &task);
        }
        Ok(())
    }

    run(main());
}

fn one_that_cancels_itself_in_the_first_step() {
    async fn child(suspend: bool) -> Result<&'static str> {
        current_task().cancel_with("itself");
        if suspend {
            watch("sleep", asyncio::sleep(1)).await?;
        }
        Ok("returned")
    }

    async fn main() -> Result<()> {
        for suspend in [false, true] {
            let task = create_eager_task(child(suspend));
            state("task", &task);
            outcome("task", &task).await?;
            state("task", &task);
        }
        Ok(())
    }

    run(main());
}

fn one_that_cancels_its_parent_in_the_first_step() {
    async fn child(parent: AnyTask) -> Result<&'static str> {
        parent.cancel_with("by the child");
        asyncio::sleep(0).await?;
        Ok("child")
    }

    async fn main() -> Result<()> {
        let task = create_eager_task(child(current_task()));
        show("cancelling", cancelling());
        outcome("sleep", asyncio::sleep(1)).await?;
        outcome("task", task).await
    }

    run(main());
}

fn one_that_waits_for_its_parent() {
    type Tasks = Rc<RefCell<Vec<Task<&'static str>>>>;

    async fn child(parent: Task<&'static str>) -> Result<&'static str> {
        watch("parent", &parent).await
    }

    async fn main(tasks: Tasks) -> Result<&'static str> {
        let parent = current_task().downcast().expect("the task of main");
        tasks.borrow_mut().push(create_eager_task(child(parent)));
        asyncio::sleep(1).await?;
        Ok("parent")
    }

    let tasks = Tasks::default();
    let loop_ = run(main(Rc::clone(&tasks)));
    attempt("child", || loop_.run_until_complete(tasks.take().remove(0)));
}

// A timeout inside of the first step.

fn a_timeout_in_the_first_step() {
    async fn child() -> Result<()> {
        let timeout = asyncio::timeout(1);
        watch("block", timeout.run(async |_| slow_value(1, 10).await)).await?;
        Ok(())
    }

    async fn main() -> Result<()> {
        let task = create_eager_task(child());
        outcome("task", task).await?;
        show("cancelling", cancelling());
        Ok(())
    }

    run(main());
}

fn a_timeout_of_zero_around_the_first_step() {
    async fn main() -> Result<()> {
        let timeout = asyncio::timeout(0);
        let body = timeout.run(async |_| create_eager_task(value(1)).await);
        outcome("done", body).await?;
        let timeout = asyncio::timeout(0);
        let suspending = timeout.run(async |_| create_eager_task(slow_value(2, 0)).await);
        outcome("suspended", suspending).await
    }

    run(main());
}

// Mistakes and exits.

fn a_context_that_is_already_entered() {
    async fn main() -> Result<()> {
        let context = current_task().get_context();
        let create_task = || Ok(asyncio::create_task_with(noop(), eager().context(&context)));
        attempt("create_task", create_task);
        let options = TaskOptions::new().context(&context);
        outcome("lazy", asyncio::create_task_with(value(1), options)).await
    }

    run(main());
}

fn an_exit_in_the_first_step() {
    async fn exiting() -> Result<()> {
        Err(SystemExit(3))
    }

    async fn main() -> Result<()> {
        create_eager_task(exiting());
        Ok(())
    }

    let loop_ = new_event_loop();
    let task = loop_.create_task(main());
    attempt("run", || loop_.run_until_complete(&task));
    collect();
    state("task", &task);
    attempt("exception", || task.exception());
    run_once(&loop_);
}
