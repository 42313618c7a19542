//! Task factories: tasks that are all eager, and tasks of one's own.
//!
//! Kept clear of: `wait_for(coroutine, 0)`, which in Python makes a task of the coroutine by the
//! factory, and here never starts it.

use std::fmt::Display;

use asyncio::{
    AnyTask, Awaitable, ContextVar, Coroutine, Error, EventLoop, FIRST_COMPLETED, Result, Task,
    TaskGroup, TaskOptions, ValueError, WaitOptions,
};

use crate::blocks::cancelling;
use crate::repr::Repr;
use crate::trace::{attempt, iteration, new_event_loop, outcome, run, show, state, trace, watch};

crate::scenarios! { factories:
    every_task_is_eager,
    every_task_but_those_that_say_no,
    the_main_task_is_not_eager,
    gather_of_eager_tasks,
    gather_of_eager_tasks_that_fail,
    a_group_of_eager_tasks,
    a_group_of_eager_tasks_that_fail,
    an_eager_child_creates_one_that_fails,
    an_eager_child_cancels_its_group,
    an_eager_child_cancels_its_group_and_is_done,
    groups_of_groups_of_eager_tasks,
    shields_of_eager_tasks,
    eager_tasks_as_they_complete,
    eager_tasks_and_wait_for,
    waiting_for_eager_tasks,
    a_factory_makes_every_task,
    a_factory_gets_the_options,
    a_factory_may_be_taken_away,
    a_factory_may_have_its_own_way,
    an_eager_factory_of_ones_own,
}

static VARIABLE: ContextVar<&str> = ContextVar::with_default("variable", "default");

async fn value<T: Display>(result: T) -> Result<T> {
    trace!("{result} starts");
    Ok(result)
}

async fn slow_value<T: Display>(result: T, delay: i32) -> Result<T> {
    trace!("{result} starts");
    watch(&format!("sleep of {result}"), asyncio::sleep(delay)).await?;
    Ok(result)
}

async fn failure(text: &str) -> Result<i32> {
    Err(ValueError(text))
}

fn lazy() -> TaskOptions {
    TaskOptions::new().eager_start(false)
}

// The eager task factory.

/// Runs a coroutine on a new loop whose tasks are eager.
fn run_eagerly<A>(main: A)
where
    A: Awaitable<Value = (), Failure = Error>,
    A::IntoFuture: 'static,
{
    let loop_ = new_event_loop();
    loop_.set_task_factory(asyncio::eager_task_factory);
    attempt("run", || loop_.run_until_complete(main));
}

fn every_task_is_eager() {
    async fn main() -> Result<()> {
        show("has a factory", asyncio::get_running_loop().get_task_factory().is_some());
        let first = asyncio::create_task(value(1));
        state("first", &first);
        let second = asyncio::ensure_future(slow_value(2, 1));
        state("second", &second);
        outcome("second", second).await
    }

    run_eagerly(main());
}

fn every_task_but_those_that_say_no() {
    async fn main() -> Result<()> {
        let lazy = asyncio::create_task_with(value("lazy"), lazy());
        state("lazy", &lazy);
        let options = TaskOptions::new().name("named");
        let eager = asyncio::create_task_with(value("eager"), options);
        show("eager", eager);
        outcome("lazy", lazy).await
    }

    run_eagerly(main());
}

fn the_main_task_is_not_eager() {
    let loop_ = new_event_loop();
    loop_.set_task_factory(asyncio::eager_task_factory);
    let task = loop_.create_task(slow_value("main", 1));
    state("task", &task);
    attempt("run", || loop_.run_until_complete(task));
}

fn gather_of_eager_tasks() {
    async fn main() -> Result<()> {
        let before = iteration();
        let gathered = asyncio::gather((value(1), value(2)));
        state("gather", &gathered);
        outcome("gather", gathered).await?;
        show("iterations", iteration() - before);
        let gathered = asyncio::gather((value(3), slow_value(4, 1)));
        state("gather", &gathered);
        outcome("gather", gathered).await
    }

    run_eagerly(main());
}

fn gather_of_eager_tasks_that_fail() {
    async fn main() -> Result<()> {
        let gathered = asyncio::gather((slow_value(1, 1), failure("a"), failure("b")));
        state("gather", &gathered);
        outcome("gather", gathered).await?;
        outcome("all", asyncio::gather_return_exceptions((failure("a"), value(2)))).await?;
        asyncio::sleep(2).await
    }

    run_eagerly(main());
}

fn a_group_of_eager_tasks() {
    async fn main() -> Result<()> {
        let before = iteration();
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            let first = group.create_task(value(1))?;
            let second = group.create_task(slow_value(2, 1))?;
            state("first", &first);
            state("second", &second);
            show("group", group);
            asyncio::Ok(())
        });
        outcome("group", block).await?;
        show("iterations", iteration() - before);
        Ok(())
    }

    run_eagerly(main());
}

fn a_group_of_eager_tasks_that_fail() {
    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(slow_value(1, 10))?;
            group.create_task(failure("a"))?;
            group.create_task(failure("b"))?;
            show("group", group);
            show("cancelling", cancelling());
            watch("body", asyncio::sleep(10)).await
        });
        outcome("group", block).await?;
        show("cancelling", cancelling());
        outcome("sleep", asyncio::sleep(0)).await
    }

    run_eagerly(main());
}

fn an_eager_child_creates_one_that_fails() {
    async fn child(group: TaskGroup) -> Result<()> {
        group.create_task(failure("grandchild"))?;
        watch("first sleep", asyncio::sleep(0)).await?;
        watch("second sleep", asyncio::sleep(0)).await
    }

    async fn main() -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(child(group.clone()))?;
            asyncio::Ok(())
        });
        outcome("group", block).await
    }

    run_eagerly(main());
}

fn an_eager_child_cancels_its_group() {
    async fn child(group: TaskGroup) -> Result<()> {
        group.cancel();
        watch("child", asyncio::sleep(10)).await
    }

    async fn main() -> Result<()> {
        let mut tasks = Vec::new();
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task(slow_value("sibling", 10))?;
            tasks.push(group.create_task(child(group.clone()))?);
            state("child", &tasks[0]);
            watch("body", asyncio::sleep(10)).await
        });
        outcome("group", block).await?;
        show("cancelling", cancelling());
        outcome("child", &tasks[0]).await
    }

    run_eagerly(main());
}

fn an_eager_child_cancels_its_group_and_is_done() {
    async fn child(group: TaskGroup, fails: bool) -> Result<&'static str> {
        group.cancel();
        if fails {
            return Err(ValueError("failing"));
        }
        Ok("done")
    }

    async fn main() -> Result<()> {
        for fails in [false, true] {
            let group = TaskGroup::new();
            let block = group.run(async |group| {
                group.create_task(child(group.clone(), fails))?;
                asyncio::Ok(())
            });
            outcome("group", block).await?;
            show("cancelling", cancelling());
        }
        Ok(())
    }

    run_eagerly(main());
}

fn groups_of_groups_of_eager_tasks() {
    async fn tree(depth: i32) -> Result<()> {
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            for _ in 0..if depth > 0 { 2 } else { 0 } {
                group.create_task(Box::pin(tree(depth - 1)))?;
            }
            asyncio::Ok(())
        });
        block.await?;
        trace!("depth {depth}");
        Ok(())
    }

    async fn main() -> Result<()> {
        outcome("tree", tree(3)).await
    }

    run_eagerly(main());
}

fn shields_of_eager_tasks() {
    async fn main() -> Result<()> {
        let before = iteration();
        let done = asyncio::shield(value(1));
        show("done", &done);
        outcome("done", done).await?;
        show("iterations", iteration() - before);
        let shield = asyncio::shield(slow_value(2, 1));
        show("shield", &shield);
        outcome("shield", shield).await
    }

    run_eagerly(main());
}

fn eager_tasks_as_they_complete() {
    async fn main() -> Result<()> {
        let before = iteration();
        for step in asyncio::as_completed([slow_value(1, 1), slow_value(2, 0)]) {
            outcome("step", step).await?;
        }
        let mut completed = asyncio::as_completed([value(3)]);
        while let Some(task) = completed.anext().await {
            show("task", task);
        }
        show("iterations", iteration() - before);
        Ok(())
    }

    run_eagerly(main());
}

fn eager_tasks_and_wait_for() {
    async fn main() -> Result<()> {
        outcome("done", asyncio::wait_for(asyncio::create_task(value(1)), 0)).await?;
        let late = asyncio::create_task(slow_value(2, 1));
        outcome("late", asyncio::wait_for(late, 0)).await?;
        outcome("in place", asyncio::wait_for(slow_value(3, 1), 2)).await
    }

    run_eagerly(main());
}

fn waiting_for_eager_tasks() {
    async fn main() -> Result<()> {
        let tasks = [asyncio::create_task(value(1)), asyncio::create_task(slow_value(2, 1))];
        let before = iteration();
        let options = WaitOptions::new().return_when(FIRST_COMPLETED);
        let (done, _) = asyncio::wait_with(&tasks, options).await?;
        show("iterations", iteration() - before);
        show("done", done);
        outcome("second", &tasks[1]).await
    }

    run_eagerly(main());
}

// Factories.

fn loud_factory(loop_: &EventLoop, coroutine: Coroutine, options: TaskOptions) -> AnyTask {
    trace!("the factory gets {coroutine:?}");
    let task = AnyTask::new(loop_, coroutine, options);
    trace!("the factory makes {}", task.repr());
    task
}

fn a_factory_makes_every_task() {
    async fn main() -> Result<()> {
        let options = TaskOptions::new().name("named");
        outcome("task", asyncio::create_task_with(value(1), options)).await?;
        outcome("ensure_future", asyncio::ensure_future(value(2))).await?;
        outcome("gather", asyncio::gather((value(3), value(4)))).await?;
        outcome("shield", asyncio::shield(value(5))).await?;
        for step in asyncio::as_completed([value(6)]) {
            outcome("step", step).await?;
        }
        let group = TaskGroup::new();
        let block = group.run(async |group| {
            group.create_task_with(value(7), TaskOptions::new().name("child"))?;
            asyncio::Ok(())
        });
        outcome("group", block).await
    }

    let loop_ = new_event_loop();
    loop_.set_task_factory(loud_factory);
    attempt("run", || loop_.run_until_complete(main()));
}

fn a_factory_gets_the_options() {
    async fn child() -> Result<()> {
        show("child", VARIABLE.get().expect("it has a default"));
        asyncio::sleep(0).await
    }

    async fn main() -> Result<()> {
        VARIABLE.set("context");
        let context = asyncio::copy_context();
        VARIABLE.set("main");
        let options = TaskOptions::new().context(&context);
        asyncio::create_task_with(child(), options.clone().name("named")).await?;
        asyncio::create_task_with(child(), options.eager_start(true)).await
    }

    let loop_ = new_event_loop();
    loop_.set_task_factory(loud_factory);
    attempt("run", || loop_.run_until_complete(main()));
}

fn a_factory_may_be_taken_away() {
    async fn main() -> Result<()> {
        let loop_ = asyncio::get_running_loop();
        show("has a factory", loop_.get_task_factory().is_some());
        loop_.set_task_factory(loud_factory);
        show("has a factory", loop_.get_task_factory().is_some());
        asyncio::create_task(value(1)).await?;
        loop_.clear_task_factory();
        show("has a factory", loop_.get_task_factory().is_some());
        asyncio::create_task(value(2)).await?;
        Ok(())
    }

    run(main());
}

fn a_factory_may_have_its_own_way() {
    fn renaming(loop_: &EventLoop, coroutine: Coroutine, options: TaskOptions) -> AnyTask {
        AnyTask::new(loop_, coroutine, options.name("renamed"))
    }

    async fn main() -> Result<()> {
        asyncio::get_running_loop().set_task_factory(renaming);
        let options = TaskOptions::new().name("named");
        let tasks: [Task<i32>; 2] =
            [asyncio::create_task(value(1)), asyncio::create_task_with(value(2), options)];
        for task in tasks {
            show("task", &task);
            outcome("task", task).await?;
        }
        Ok(())
    }

    run(main());
}

fn an_eager_factory_of_ones_own() {
    fn constructor(loop_: &EventLoop, coroutine: Coroutine, options: TaskOptions) -> AnyTask {
        trace!("the constructor is called");
        let task = AnyTask::new(loop_, coroutine, options);
        trace!("made {task:?}");
        task
    }

    async fn main() -> Result<()> {
        let factory = asyncio::create_eager_task_factory(constructor);
        asyncio::get_running_loop().set_task_factory(factory);
        outcome("value", asyncio::create_task(value(1))).await?;
        outcome("slow value", asyncio::create_task(slow_value(2, 1))).await?;
        outcome("lazy", asyncio::create_task_with(value(3), lazy())).await
    }

    run(main());
}
