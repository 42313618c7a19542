//! Context variables: which context each callback and each step sees.

use asyncio::{
    AnyFuture, Context, ContextVar, EventLoop, ExceptionContext, Future, Handle, Result,
    TaskOptions, ValueError,
};

use crate::trace::{attempt, new_event_loop, run, run_once, run_until, show, trace};

crate::scenarios! { contexts:
    a_handle_copies_the_context_when_it_is_made,
    a_callback_changes_only_its_own_copy,
    callbacks_may_share_a_context,
    a_callback_passes_its_context_on,
    the_steps_of_a_task_share_one_context,
    a_task_may_run_in_a_given_context,
    an_awaited_coroutine_shares_the_context,
    the_children_of_gather_have_copies,
    done_callbacks_run_in_the_context_that_added_them,
    handles_and_tasks_show_their_context,
    the_exception_handler_runs_in_the_context_of_what_failed,
    the_exception_handler_prefers_the_context_of_the_task,
    a_runner_has_one_context_for_all_its_runs,
}

static VARIABLE: ContextVar<&str> = ContextVar::with_default("variable", "default");

fn get() -> &'static str {
    VARIABLE.get().expect("it has a default")
}

fn set(value: &'static str) {
    VARIABLE.set(value);
}

fn set_in(context: &Context, value: &'static str) {
    context.run(|| set(value)).expect("nothing runs in it");
}

fn get_in(context: &Context) -> &'static str {
    context.run(get).expect("nothing runs in it")
}

fn a_handle_copies_the_context_when_it_is_made() {
    let loop_ = new_event_loop();
    set("first");
    loop_.call_soon(|| show("call_soon", get()));
    loop_.call_later(0, || show("call_later", get()));
    loop_.call_at(0.0, || show("call_at", get()));
    loop_.call_soon_threadsafe(|| show("call_soon_threadsafe", get()));
    set("second");
    run_once(&loop_);
    show("outside", get());
}

fn a_callback_changes_only_its_own_copy() {
    let loop_ = new_event_loop();
    loop_.call_soon(|| set("changed"));
    loop_.call_soon(|| show("next callback", get()));
    run_once(&loop_);
    show("outside", get());
}

fn callbacks_may_share_a_context() {
    let loop_ = new_event_loop();
    let context = asyncio::copy_context();
    loop_.call_soon_with(|| set("changed"), &context);
    loop_.call_soon_with(|| show("call_soon", get()), &context);
    loop_.call_later_with(1, || show("call_later", get()), &context);
    loop_.call_at_with(1.5, || show("call_at", get()), &context);
    run_until(&loop_, 2.0);
    show("outside", get());
    show("inside", get_in(&context));
}

fn a_callback_passes_its_context_on() {
    let loop_ = new_event_loop();
    let inner = loop_.clone();
    loop_.call_soon(move || {
        set("by the callback");
        inner.call_soon(|| show("inner", get()));
        set("too late");
    });
    run_once(&loop_);
    run_once(&loop_);
}

fn the_steps_of_a_task_share_one_context() {
    async fn child() -> Result<()> {
        show("first step", get());
        set("by the child");
        asyncio::sleep(0).await?;
        show("second step", get());
        asyncio::sleep(1).await?;
        show("third step", get());
        Ok(())
    }

    async fn main() -> Result<()> {
        set("by main");
        let task = asyncio::create_task(child());
        set("after the task was made");
        task.await?;
        show("main", get());
        Ok(())
    }

    run(main());
    show("outside", get());
}

fn a_task_may_run_in_a_given_context() {
    async fn child() -> Result<()> {
        show("child", get());
        set("by the child");
        asyncio::sleep(0).await
    }

    async fn main() -> Result<()> {
        let context = asyncio::copy_context();
        set_in(&context, "given");
        asyncio::create_task_with(child(), TaskOptions::new().context(&context)).await?;
        show("main", get());
        show("context", get_in(&context));
        Ok(())
    }

    run(main());
}

fn an_awaited_coroutine_shares_the_context() {
    async fn child() -> Result<()> {
        set("by the child");
        Ok(())
    }

    async fn main() -> Result<()> {
        child().await?;
        show("after await", get());
        set("by main");
        asyncio::wait_for(child(), 1).await?;
        show("after wait_for", get());
        Ok(())
    }

    run(main());
}

fn the_children_of_gather_have_copies() {
    async fn child(label: &str, value: &'static str) -> Result<()> {
        show(label, get());
        set(value);
        asyncio::sleep(0).await?;
        show(label, get());
        Ok(())
    }

    async fn main() -> Result<()> {
        set("by main");
        asyncio::gather((child("child 1", "by child 1"), child("child 2", "by child 2"))).await?;
        show("main", get());
        Ok(())
    }

    run(main());
}

fn done_callbacks_run_in_the_context_that_added_them() {
    let loop_ = new_event_loop();
    let future: Future<()> = loop_.create_future();
    set("first");
    future.add_done_callback(|_| show("first", get()));
    set("second");
    future.add_done_callback(|_| show("second", get()));
    let context = asyncio::copy_context();
    set_in(&context, "given");
    future.add_done_callback_with(|_| show("given", get()), &context);
    set("third");
    future.set_result(()).unwrap();
    run_once(&loop_);
}

fn handles_and_tasks_show_their_context() {
    async fn child() -> Result<()> {
        set("by the child");
        Ok(())
    }

    async fn main() -> Result<()> {
        let loop_ = asyncio::get_running_loop();
        set("by main");
        show("handle", get_in(&loop_.call_soon(|| {}).get_context()));
        show("timer", get_in(&loop_.call_later(1, || {}).get_context()));
        let task = asyncio::create_task(child());
        show("task", get_in(&task.get_context()));
        (&task).await?;
        show("task", get_in(&task.get_context()));
        Ok(())
    }

    run(main());
}

fn the_exception_handler_runs_in_the_context_of_what_failed() {
    let loop_ = new_event_loop();

    fn handler(_loop: &EventLoop, context: &ExceptionContext) {
        show(&context.message, get());
    }

    fn fail() -> Result<()> {
        Err(ValueError("failed"))
    }

    loop_.set_exception_handler(handler);
    set("of the handle");
    loop_.call_soon(fail);
    set("outside");
    run_once(&loop_);
    loop_.call_exception_handler(ExceptionContext::new("nothing given")).unwrap();
}

fn the_exception_handler_prefers_the_context_of_the_task() {
    fn handler(_loop: &EventLoop, context: &ExceptionContext) {
        show(&context.message, get());
    }

    async fn main() -> Result<()> {
        let loop_ = asyncio::get_running_loop();
        loop_.set_exception_handler(handler);
        let plain: Future<()> = loop_.create_future();
        set("of the handle");
        let handle = loop_.call_soon(|| {});
        set("of the first task");
        let first = asyncio::create_task(asyncio::sleep(0)).any();
        set("of the second task");
        let second = asyncio::create_task(asyncio::sleep(0));
        set("of the caller");
        let report = |message: &str, handle: Option<&Handle>, future: Option<AnyFuture>, task| {
            let mut context = ExceptionContext::new(message);
            context.handle = handle.cloned();
            context.future = future;
            context.task = task;
            loop_.call_exception_handler(context)
        };
        report("all", Some(&handle), Some(Future::any(&second)), Some(first))?;
        report("handle and task", Some(&handle), Some(Future::any(&second)), None)?;
        report("handle and future", Some(&handle), Some(plain.any()), None)?;
        report("handle", Some(&handle), None, None)?;
        report("future", None, Some(plain.any()), None)
    }

    run(main());
}

fn a_runner_has_one_context_for_all_its_runs() {
    async fn first() -> Result<()> {
        show("first", get());
        set("by the first");
        Ok(())
    }

    async fn second() -> Result<()> {
        show("second", get());
        Ok(())
    }

    set("outside");
    let mut runner = asyncio::Runner::with(asyncio::RunOptions::new().loop_factory(new_event_loop));
    attempt("first", || runner.run(first()));
    set("changed outside");
    attempt("second", || runner.run(second()));
    runner.close().unwrap();
    show("outside", get());
    trace!("end");
}
