//! `run` and `Runner`: what happens when the main coroutine ends.

use asyncio::{
    AnyTask, Awaitable, Coroutine, EventLoop, ExceptionContext, Future, KeyboardInterrupt, Result,
    RunOptions, Runner, RuntimeError, Task, TaskOptions, ValueError,
};

use crate::repr::Repr;
use crate::trace::{attempt, new_event_loop, outcome, show, state, trace, use_loop, watch};

crate::scenarios! { runners:
    run_returns_what_main_returns,
    run_raises_what_main_raises,
    run_raises_the_cancellation_of_main,
    run_raises_keyboard_interrupt_and_still_cleans_up,
    what_is_left_is_cancelled_in_order_of_creation,
    what_is_left_may_take_its_time,
    a_task_made_at_the_end_of_main_still_starts,
    failures_of_what_is_left_are_reported,
    failures_of_what_is_left_after_main_failed,
    the_main_task_shows_the_coroutine_it_was_given,
    callbacks_run_while_the_runner_shuts_down,
    the_shutdown_takes_the_same_iterations,
    run_is_refused_inside_a_loop,
    a_runner_keeps_its_loop,
    a_runner_leaves_tasks_pending_until_it_is_closed,
    a_closed_runner_refuses,
    a_runner_that_was_never_used_closes_silently,
    a_runner_runs_futures_too,
    debug_is_passed_to_the_loop,
    a_factory_makes_the_tasks_at_the_end,
}

async fn noop() -> Result<()> {
    Ok(())
}

fn run<A>(main: A)
where
    A: Awaitable + 'static,
    A::IntoFuture: 'static,
    A::Value: Repr + 'static,
{
    run_with(main, options());
}

fn run_with<A>(main: A, options: RunOptions)
where
    A: Awaitable + 'static,
    A::IntoFuture: 'static,
    A::Value: Repr + 'static,
{
    attempt("run", || asyncio::run_with(main, options));
}

fn options() -> RunOptions {
    RunOptions::new().loop_factory(new_event_loop)
}

fn new_runner() -> Runner {
    Runner::with(options())
}

fn run_returns_what_main_returns() {
    async fn main() -> Result<i32> {
        asyncio::sleep(1).await?;
        Ok(5)
    }

    run(main());
}

fn run_raises_what_main_raises() {
    async fn main() -> Result<()> {
        asyncio::sleep(1).await?;
        Err(ValueError("main"))
    }

    run(main());
}

fn run_raises_the_cancellation_of_main() {
    async fn main() -> Result<()> {
        asyncio::current_task().expect("a task runs this").cancel_with("myself");
        watch("sleep", asyncio::sleep(1)).await
    }

    run(main());
}

fn run_raises_keyboard_interrupt_and_still_cleans_up() {
    async fn child() -> Result<()> {
        watch("child", asyncio::sleep(10)).await
    }

    async fn main() -> Result<()> {
        asyncio::create_task(child());
        asyncio::sleep(1).await?;
        Err(KeyboardInterrupt())
    }

    run(main());
}

fn what_is_left_is_cancelled_in_order_of_creation() {
    async fn child(name: &str) -> Result<()> {
        let result = watch(name, asyncio::sleep(10)).await;
        asyncio::sleep(1).await?;
        trace!("{name} is clean");
        result
    }

    async fn main() -> Result<usize> {
        let tasks = ["first", "second", "third"].map(|name| asyncio::create_task(child(name)));
        asyncio::sleep(1).await?;
        trace!("main ends");
        Ok(tasks.len())
    }

    run(main());
}

fn what_is_left_may_take_its_time() {
    async fn stubborn() -> Result<()> {
        outcome("first sleep", asyncio::sleep(10)).await?;
        outcome("second sleep", asyncio::sleep(10)).await
    }

    async fn main() -> Result<String> {
        let task = asyncio::create_task(stubborn());
        asyncio::sleep(1).await?;
        Ok(task.get_name())
    }

    run(main());
}

fn a_task_made_at_the_end_of_main_still_starts() {
    async fn child() -> Result<()> {
        trace!("started");
        watch("child", asyncio::sleep(10)).await
    }

    async fn main() -> Result<String> {
        let task = asyncio::create_task(child());
        Ok(task.get_name())
    }

    run(main());
}

fn failures_of_what_is_left_are_reported() {
    async fn failing(text: &str) -> Result<()> {
        outcome(text, asyncio::sleep(10)).await?;
        Err(ValueError(text))
    }

    async fn quiet() -> Result<()> {
        asyncio::sleep(10).await
    }

    async fn main() -> Result<usize> {
        let tasks = [
            asyncio::create_task(failing("first")),
            asyncio::create_task(quiet()),
            asyncio::create_task(failing("third")),
        ];
        asyncio::sleep(1).await?;
        Ok(tasks.len())
    }

    run(main());
}

fn failures_of_what_is_left_after_main_failed() {
    async fn failing() -> Result<()> {
        outcome("sleep", asyncio::sleep(10)).await?;
        Err(ValueError("left over"))
    }

    // In Python the one exception is the other's context, which a log would show.
    fn handler(_loop: &EventLoop, context: &ExceptionContext) {
        show("message", &context.message);
        show("exception", &context.exception);
        show("task", &context.task);
    }

    async fn main() -> Result<()> {
        asyncio::get_running_loop().set_exception_handler(handler);
        let task = asyncio::create_task(failing());
        asyncio::sleep(1).await?;
        Err(RuntimeError(format!("main, with {}", task.get_name())))
    }

    run(main());
}

fn the_main_task_shows_the_coroutine_it_was_given() {
    async fn main() -> Result<()> {
        show("task", asyncio::current_task());
        Ok(())
    }

    run(main());
    let mut runner = new_runner();
    runner.run(main()).unwrap();
    runner.close().unwrap();
}

fn callbacks_run_while_the_runner_shuts_down() {
    fn again(loop_: EventLoop, left: u32) {
        trace!("callback, closed: {}", loop_.is_closed().repr());
        if left > 1 {
            loop_.clone().call_soon(move || again(loop_, left - 1));
        }
    }

    async fn main() -> Result<()> {
        let loop_ = asyncio::get_running_loop();
        loop_.clone().call_soon(move || again(loop_, 12));
        Ok(())
    }

    run(main());
}

fn the_shutdown_takes_the_same_iterations() {
    async fn main() -> Result<String> {
        let task = asyncio::create_task(asyncio::sleep(10));
        Ok(task.get_name())
    }

    run(main());
}

fn run_is_refused_inside_a_loop() {
    async fn main(loop_: EventLoop) -> Result<()> {
        attempt("run", || asyncio::run_with(noop(), options()));
        let mut runner = new_runner();
        attempt("Runner.run", || runner.run(noop()));
        runner.get_loop()?;
        attempt("Runner.close", || runner.close());
        use_loop(&loop_);
        Ok(())
    }

    let loop_ = new_event_loop();
    attempt("main", || loop_.run_until_complete(main(loop_.clone())));
}

fn a_runner_keeps_its_loop() {
    async fn main(result: i32) -> Result<i32> {
        asyncio::sleep(1).await?;
        Ok(result)
    }

    let mut runner = new_runner();
    let loop_ = runner.get_loop().unwrap();
    attempt("first", || runner.run(main(1)));
    attempt("second", || runner.run(main(2)));
    show("same", runner.get_loop().unwrap() == loop_);
    show("closed", loop_.is_closed());
    runner.close().unwrap();
    show("closed", loop_.is_closed());
}

fn a_runner_leaves_tasks_pending_until_it_is_closed() {
    async fn child() -> Result<()> {
        watch("child", asyncio::sleep(10)).await
    }

    async fn start() -> Result<Task<()>> {
        Ok(asyncio::create_task(child()))
    }

    async fn wait() -> Result<()> {
        asyncio::sleep(1).await
    }

    let mut runner = new_runner();
    let kept = runner.run(start()).unwrap();
    attempt("wait", || runner.run(wait()));
    state("child", &kept);
    runner.close().unwrap();
    state("child", &kept);
}

fn a_closed_runner_refuses() {
    let mut runner = new_runner();
    attempt("run", || runner.run(noop()));
    runner.close().unwrap();
    runner.close().unwrap();
    attempt("run", || runner.run(noop()));
    attempt("get_loop", || runner.get_loop());
}

fn a_runner_that_was_never_used_closes_silently() {
    let mut runner = new_runner();
    runner.close().unwrap();
    trace!("closed, no loop was made");
    attempt("get_loop", || runner.get_loop());
}

fn a_runner_runs_futures_too() {
    let mut runner = new_runner();
    let loop_ = runner.get_loop().unwrap();
    let future: Future<&str> = loop_.create_future();
    let setter = future.clone();
    loop_.call_later(1, move || setter.set_result("set"));
    attempt("run", || runner.run(future));
    runner.close().unwrap();
}

fn debug_is_passed_to_the_loop() {
    async fn main() -> Result<bool> {
        Ok(asyncio::get_running_loop().get_debug())
    }

    run(main());
    run_with(main(), options().debug(true));
    run_with(main(), options().debug(false));
}

fn a_factory_makes_the_tasks_at_the_end() {
    fn factory(loop_: &EventLoop, coroutine: Coroutine, options: TaskOptions) -> AnyTask {
        trace!("a task of {}", coroutine.qualname());
        AnyTask::new(loop_, coroutine, options)
    }

    async fn main() -> Result<()> {
        asyncio::get_running_loop().set_task_factory(factory);
        Ok(())
    }

    run(main());
}
