"""Eager tasks, which take their first step at once."""

import asyncio
import contextvars

from blocks import (
    cancelling,
    current_task,
    within,
)
from trace import (
    attempt,
    collect,
    iteration,
    new_event_loop,
    outcome,
    run,
    run_once,
    scenario,
    show,
    state,
    trace,
    watch,
)

variable = contextvars.ContextVar("variable", default="default")


async def noop():
    pass


async def value(result):
    trace(f"{result} starts")
    return result


async def slow_value(result, delay):
    trace(f"{result} starts")
    await watch(f"sleep of {result}", asyncio.sleep(delay))
    return result


async def failure(text):
    raise ValueError(text)


def create_future():
    return asyncio.get_running_loop().create_future()


def create_eager_task(coroutine):
    return asyncio.create_task(coroutine, eager_start=True)


def names_of_all_tasks():
    return [task.get_name() for task in asyncio.all_tasks()]


# The first step.


@scenario
def one_that_finishes_in_the_first_step():
    async def main():
        task = create_eager_task(value(1))
        state("task", task)
        show("task", task)
        before = iteration()
        await outcome("task", task)
        show("iterations", iteration() - before)

    run(main())


@scenario
def one_that_suspends():
    async def main():
        task = create_eager_task(slow_value(1, 1))
        state("task", task)
        show("task", task)
        await outcome("task", task)
        show("task", task)

    run(main())


@scenario
def one_that_yields():
    async def main():
        task = create_eager_task(slow_value(1, 0))
        state("task", task)
        before = iteration()
        await outcome("task", task)
        show("iterations", iteration() - before)

    run(main())


@scenario
def one_that_fails_in_the_first_step():
    async def main():
        task = create_eager_task(failure("a"))
        state("task", task)
        show("task", task)
        await outcome("task", task)
        await outcome("once more", task)

    run(main())


@scenario
def a_failure_in_the_first_step_that_nobody_sees():
    async def main():
        task = create_eager_task(failure("a"))
        trace("created")
        del task
        collect()
        trace("end")

    run(main())


@scenario
def a_cancelled_error_in_the_first_step():
    async def cancelled():
        raise asyncio.CancelledError("raised")

    async def main():
        task = create_eager_task(cancelled())
        state("task", task)
        await outcome("task", task)

    run(main())


@scenario
def the_first_step_comes_before_what_was_scheduled():
    async def main():
        asyncio.get_running_loop().call_soon(lambda: trace("scheduled before"))
        lazy = asyncio.create_task(slow_value("lazy", 0))
        eager = create_eager_task(slow_value("eager", 0))
        asyncio.get_running_loop().call_soon(lambda: trace("scheduled after"))
        await asyncio.wait([lazy, eager])

    run(main())


@scenario
def what_is_done_does_not_suspend_the_first_step():
    async def child(future):
        show("future", await future)
        show("noop", await noop())
        show("task", await create_eager_task(value("inner")))
        return "done"

    async def main():
        future = create_future()
        future.set_result(1)
        task = create_eager_task(child(future))
        state("task", task)
        await outcome("task", task)

    run(main())


@scenario
def a_future_that_the_first_step_sets():
    async def setter(future):
        future.set_result("set")

    async def main():
        future = create_future()
        create_eager_task(setter(future))
        before = iteration()
        await outcome("future", future)
        show("iterations", iteration() - before)

    run(main())


@scenario
def callbacks_of_one_that_is_done_come_later():
    async def main():
        task = create_eager_task(value(1))
        task.add_done_callback(lambda task: show("callback", task.result()))
        trace("added")
        await asyncio.sleep(0)
        trace("end")

    run(main())


@scenario
def one_within_another():
    async def inner():
        show("inner", current_task().get_name())
        await asyncio.sleep(0)
        show("inner", current_task().get_name())
        return "inner"

    async def outer():
        show("outer", current_task().get_name())
        task = create_eager_task(inner())
        show("outer", current_task().get_name())
        return await watch("inner task", task)

    async def main():
        task = create_eager_task(outer())
        show("main", current_task().get_name())
        await outcome("task", task)

    run(main())


@scenario
def one_made_by_a_callback():
    async def child():
        show("child", current_task().get_name())
        await asyncio.sleep(0)
        show("child", current_task().get_name())

    async def main():
        def callback():
            show("before", current_task())
            create_eager_task(child())
            show("after", current_task())

        asyncio.get_running_loop().call_soon(callback)
        await asyncio.sleep(1)

    run(main())


@scenario
def one_whose_loop_does_not_run_yet():
    loop = new_event_loop()
    task = loop.create_task(slow_value(1, 1), eager_start=True)
    trace("nothing ran")
    state("task", task)
    attempt("run", loop.run_until_complete, task)


@scenario
def one_that_awaits_itself():
    async def child(tasks):
        await asyncio.sleep(0)
        await outcome("itself", tasks[0])

    async def main():
        tasks = []
        tasks.append(create_eager_task(child(tasks)))
        await outcome("task", tasks[0])

    run(main())


@scenario
def one_of_many_names():
    async def child():
        show("name", current_task().get_name())

    async def main():
        create_eager_task(child())
        asyncio.create_task(child(), eager_start=True, name="named")
        create_eager_task(child())
        await asyncio.create_task(child(), eager_start=False)

    run(main())


# Who is the current task, and which are there.


@scenario
def all_tasks_include_one_in_its_first_step():
    async def child(suspend):
        show("first step", names_of_all_tasks())
        if suspend:
            await asyncio.sleep(0)
            show("second step", names_of_all_tasks())

    async def main():
        for suspend in False, True:
            task = create_eager_task(child(suspend))
            show("created", names_of_all_tasks())
            await task
            show("done", names_of_all_tasks())

    run(main())


@scenario
def the_context_of_the_first_step():
    async def child(name):
        show(name, variable.get())
        variable.set(f"by {name}")
        await asyncio.sleep(0)
        show(name, variable.get())
        variable.set(f"again by {name}")

    async def main():
        variable.set("by main")
        context = contextvars.copy_context()
        variable.set("later")
        first = create_eager_task(child("first"))
        show("main", variable.get())
        second = asyncio.create_task(child("second"), context=context, eager_start=True)
        show("context", context.run(variable.get))
        await asyncio.wait([first, second])
        show("main", variable.get())
        show("context", context.run(variable.get))

    run(main())


# Cancellation.


@scenario
def cancelling_one_that_is_done():
    async def main():
        task = create_eager_task(value(1))
        show("cancel", task.cancel())
        await outcome("task", task)

    run(main())


@scenario
def cancelling_one_that_has_suspended():
    async def main():
        for delay in 0, 1:
            task = create_eager_task(slow_value(1, delay))
            show("cancel", task.cancel("why"))
            state("task", task)
            await outcome("task", task)
            state("task", task)

    run(main())


@scenario
def one_that_cancels_itself_in_the_first_step():
    async def child(suspend):
        current_task().cancel("itself")
        if suspend:
            await watch("sleep", asyncio.sleep(1))
        return "returned"

    async def main():
        for suspend in False, True:
            task = create_eager_task(child(suspend))
            state("task", task)
            await outcome("task", task)
            state("task", task)

    run(main())


@scenario
def one_that_cancels_its_parent_in_the_first_step():
    async def child(parent):
        parent.cancel("by the child")
        await asyncio.sleep(0)
        return "child"

    async def main():
        task = create_eager_task(child(current_task()))
        show("cancelling", cancelling())
        await outcome("sleep", asyncio.sleep(1))
        await outcome("task", task)

    run(main())


@scenario
def one_that_waits_for_its_parent():
    async def child(parent):
        return await watch("parent", parent)

    async def main():
        tasks.append(create_eager_task(child(current_task())))
        await asyncio.sleep(1)
        return "parent"

    tasks = []
    loop = run(main())
    attempt("child", loop.run_until_complete, tasks[0])


# A timeout inside of the first step.


@scenario
def a_timeout_in_the_first_step():
    async def child():
        await watch("block", within(asyncio.timeout(1), lambda timeout: slow_value(1, 10)))

    async def main():
        task = create_eager_task(child())
        await outcome("task", task)
        show("cancelling", cancelling())

    run(main())


@scenario
def a_timeout_of_zero_around_the_first_step():
    async def main():
        async def body(timeout):
            return await create_eager_task(value(1))

        async def suspending(timeout):
            return await create_eager_task(slow_value(2, 0))

        await outcome("done", within(asyncio.timeout(0), body))
        await outcome("suspended", within(asyncio.timeout(0), suspending))

    run(main())


# Mistakes and exits.


@scenario
def a_context_that_is_already_entered():
    async def main():
        context = current_task().get_context()
        create_task = lambda: asyncio.create_task(never, context=context, eager_start=True)
        never = noop()
        attempt("create_task", create_task)
        never.close()
        await outcome("lazy", asyncio.create_task(value(1), context=context))

    run(main())


@scenario
def an_exit_in_the_first_step():
    async def exiting():
        raise SystemExit(3)

    async def main():
        create_eager_task(exiting())

    loop = new_event_loop()
    task = loop.create_task(main())
    attempt("run", loop.run_until_complete, task)
    collect()
    state("task", task)
    attempt("exception", task.exception)
    run_once(loop)
