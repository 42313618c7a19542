"""Context variables: which context each callback and each step sees."""

import asyncio
import contextvars

from trace import (
    attempt,
    new_event_loop,
    run,
    run_once,
    run_until,
    scenario,
    show,
    trace,
)

variable = contextvars.ContextVar("variable", default="default")


@scenario
def a_handle_copies_the_context_when_it_is_made():
    loop = new_event_loop()
    variable.set("first")
    loop.call_soon(lambda: show("call_soon", variable.get()))
    loop.call_later(0, lambda: show("call_later", variable.get()))
    loop.call_at(0.0, lambda: show("call_at", variable.get()))
    loop.call_soon_threadsafe(lambda: show("call_soon_threadsafe", variable.get()))
    variable.set("second")
    run_once(loop)
    show("outside", variable.get())


@scenario
def a_callback_changes_only_its_own_copy():
    loop = new_event_loop()
    loop.call_soon(lambda: variable.set("changed"))
    loop.call_soon(lambda: show("next callback", variable.get()))
    run_once(loop)
    show("outside", variable.get())


@scenario
def callbacks_may_share_a_context():
    loop = new_event_loop()
    context = contextvars.copy_context()
    loop.call_soon(lambda: variable.set("changed"), context=context)
    loop.call_soon(lambda: show("call_soon", variable.get()), context=context)
    loop.call_later(1, lambda: show("call_later", variable.get()), context=context)
    loop.call_at(1.5, lambda: show("call_at", variable.get()), context=context)
    run_until(loop, 2)
    show("outside", variable.get())
    show("inside", context.run(variable.get))


@scenario
def a_callback_passes_its_context_on():
    loop = new_event_loop()

    def callback():
        variable.set("by the callback")
        loop.call_soon(lambda: show("inner", variable.get()))
        variable.set("too late")

    loop.call_soon(callback)
    run_once(loop)
    run_once(loop)


@scenario
def the_steps_of_a_task_share_one_context():
    async def child():
        show("first step", variable.get())
        variable.set("by the child")
        await asyncio.sleep(0)
        show("second step", variable.get())
        await asyncio.sleep(1)
        show("third step", variable.get())

    async def main():
        variable.set("by main")
        task = asyncio.create_task(child())
        variable.set("after the task was made")
        await task
        show("main", variable.get())

    run(main())
    show("outside", variable.get())


@scenario
def a_task_may_run_in_a_given_context():
    async def child():
        show("child", variable.get())
        variable.set("by the child")
        await asyncio.sleep(0)

    async def main():
        context = contextvars.copy_context()
        context.run(variable.set, "given")
        await asyncio.create_task(child(), context=context)
        show("main", variable.get())
        show("context", context.run(variable.get))

    run(main())


@scenario
def an_awaited_coroutine_shares_the_context():
    async def child():
        variable.set("by the child")

    async def main():
        await child()
        show("after await", variable.get())
        variable.set("by main")
        await asyncio.wait_for(child(), 1)
        show("after wait_for", variable.get())

    run(main())


@scenario
def the_children_of_gather_have_copies():
    async def child(n):
        show(f"child {n}", variable.get())
        variable.set(f"by child {n}")
        await asyncio.sleep(0)
        show(f"child {n}", variable.get())

    async def main():
        variable.set("by main")
        await asyncio.gather(child(1), child(2))
        show("main", variable.get())

    run(main())


@scenario
def done_callbacks_run_in_the_context_that_added_them():
    loop = new_event_loop()
    future = loop.create_future()
    variable.set("first")
    future.add_done_callback(lambda f: show("first", variable.get()))
    variable.set("second")
    future.add_done_callback(lambda f: show("second", variable.get()))
    context = contextvars.copy_context()
    context.run(variable.set, "given")
    future.add_done_callback(lambda f: show("given", variable.get()), context=context)
    variable.set("third")
    future.set_result(None)
    run_once(loop)


@scenario
def handles_and_tasks_show_their_context():
    def value_in(context):
        return context.run(variable.get)

    async def child():
        variable.set("by the child")

    async def main():
        loop = asyncio.get_running_loop()
        variable.set("by main")
        show("handle", value_in(loop.call_soon(lambda: None).get_context()))
        show("timer", value_in(loop.call_later(1, lambda: None).get_context()))
        task = asyncio.create_task(child())
        show("task", value_in(task.get_context()))
        await task
        show("task", value_in(task.get_context()))

    run(main())


@scenario
def the_exception_handler_runs_in_the_context_of_what_failed():
    loop = new_event_loop()

    def handler(loop, context):
        show(context["message"], variable.get())

    def fail():
        raise ValueError("failed")

    loop.set_exception_handler(handler)
    variable.set("of the handle")
    loop.call_soon(fail)
    variable.set("outside")
    run_once(loop)
    loop.call_exception_handler({"message": "nothing given"})


@scenario
def the_exception_handler_prefers_the_context_of_the_task():
    def handler(loop, context):
        show(context["message"], variable.get())

    async def main():
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(handler)
        plain = loop.create_future()
        variable.set("of the handle")
        handle = loop.call_soon(lambda: None)
        variable.set("of the first task")
        first = asyncio.create_task(asyncio.sleep(0))
        variable.set("of the second task")
        second = asyncio.create_task(asyncio.sleep(0))
        variable.set("of the caller")
        report = loop.call_exception_handler
        report({"message": "all", "handle": handle, "future": second, "task": first})
        report({"message": "handle and task", "handle": handle, "future": second})
        report({"message": "handle and future", "handle": handle, "future": plain})
        report({"message": "handle", "handle": handle})
        report({"message": "future", "future": plain})

    run(main())


@scenario
def a_runner_has_one_context_for_all_its_runs():
    async def first():
        show("first", variable.get())
        variable.set("by the first")

    async def second():
        show("second", variable.get())

    variable.set("outside")
    runner = asyncio.Runner(loop_factory=new_event_loop)
    attempt("first", lambda: runner.run(first()))
    variable.set("changed outside")
    attempt("second", lambda: runner.run(second()))
    runner.close()
    show("outside", variable.get())
    trace("end")
