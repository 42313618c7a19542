"""Task factories: tasks that are all eager, and tasks of one's own."""

import asyncio
import contextvars

from blocks import (
    cancelling,
    within,
)
from trace import (
    attempt,
    iteration,
    new_event_loop,
    outcome,
    run,
    scenario,
    show,
    state,
    trace,
    watch,
)

variable = contextvars.ContextVar("variable", default="default")


async def value(result):
    trace(f"{result} starts")
    return result


async def slow_value(result, delay):
    trace(f"{result} starts")
    await watch(f"sleep of {result}", asyncio.sleep(delay))
    return result


async def failure(text):
    raise ValueError(text)


# The eager task factory.


def run_eagerly(main):
    """Run a coroutine on a new loop whose tasks are eager."""
    loop = new_event_loop()
    loop.set_task_factory(asyncio.eager_task_factory)
    attempt("run", loop.run_until_complete, main)


@scenario
def every_task_is_eager():
    async def main():
        show("has a factory", asyncio.get_running_loop().get_task_factory() is not None)
        first = asyncio.create_task(value(1))
        state("first", first)
        second = asyncio.ensure_future(slow_value(2, 1))
        state("second", second)
        await outcome("second", second)

    run_eagerly(main())


@scenario
def every_task_but_those_that_say_no():
    async def main():
        lazy = asyncio.create_task(value("lazy"), eager_start=False)
        state("lazy", lazy)
        eager = asyncio.create_task(value("eager"), name="named")
        show("eager", eager)
        await outcome("lazy", lazy)

    run_eagerly(main())


@scenario
def the_main_task_is_not_eager():
    loop = new_event_loop()
    loop.set_task_factory(asyncio.eager_task_factory)
    task = loop.create_task(slow_value("main", 1))
    state("task", task)
    attempt("run", loop.run_until_complete, task)


@scenario
def gather_of_eager_tasks():
    async def main():
        before = iteration()
        gathered = asyncio.gather(value(1), value(2))
        state("gather", gathered)
        await outcome("gather", gathered)
        show("iterations", iteration() - before)
        gathered = asyncio.gather(value(3), slow_value(4, 1))
        state("gather", gathered)
        await outcome("gather", gathered)

    run_eagerly(main())


@scenario
def gather_of_eager_tasks_that_fail():
    async def main():
        gathered = asyncio.gather(slow_value(1, 1), failure("a"), failure("b"))
        state("gather", gathered)
        await outcome("gather", gathered)
        await outcome("all", asyncio.gather(failure("a"), value(2), return_exceptions=True))
        await asyncio.sleep(2)

    run_eagerly(main())


@scenario
def a_group_of_eager_tasks():
    async def main():
        async def body(group):
            first = group.create_task(value(1))
            second = group.create_task(slow_value(2, 1))
            state("first", first)
            state("second", second)
            show("group", group)

        before = iteration()
        await outcome("group", within(asyncio.TaskGroup(), body))
        show("iterations", iteration() - before)

    run_eagerly(main())


@scenario
def a_group_of_eager_tasks_that_fail():
    async def main():
        async def body(group):
            group.create_task(slow_value(1, 10))
            group.create_task(failure("a"))
            group.create_task(failure("b"))
            show("group", group)
            show("cancelling", cancelling())
            await watch("body", asyncio.sleep(10))

        await outcome("group", within(asyncio.TaskGroup(), body))
        show("cancelling", cancelling())
        await outcome("sleep", asyncio.sleep(0))

    run_eagerly(main())


@scenario
def an_eager_child_creates_one_that_fails():
    async def child(group):
        group.create_task(failure("grandchild"))
        await watch("first sleep", asyncio.sleep(0))
        await watch("second sleep", asyncio.sleep(0))

    async def main():
        async def body(group):
            group.create_task(child(group))

        await outcome("group", within(asyncio.TaskGroup(), body))

    run_eagerly(main())


@scenario
def an_eager_child_cancels_its_group():
    async def child(group):
        group.cancel()
        await watch("child", asyncio.sleep(10))

    async def main():
        tasks = []

        async def body(group):
            group.create_task(slow_value("sibling", 10))
            tasks.append(group.create_task(child(group)))
            state("child", tasks[0])
            await watch("body", asyncio.sleep(10))

        await outcome("group", within(asyncio.TaskGroup(), body))
        show("cancelling", cancelling())
        await outcome("child", tasks[0])

    run_eagerly(main())


@scenario
def an_eager_child_cancels_its_group_and_is_done():
    async def child(group):
        group.cancel()
        return "done"

    async def failing(group):
        group.cancel()
        raise ValueError("failing")

    async def main():
        for function in child, failing:
            async def body(group):
                group.create_task(function(group))

            await outcome("group", within(asyncio.TaskGroup(), body))
            show("cancelling", cancelling())

    run_eagerly(main())


@scenario
def groups_of_groups_of_eager_tasks():
    async def tree(depth):
        async def body(group):
            for _ in range(2 if depth else 0):
                group.create_task(tree(depth - 1))

        await within(asyncio.TaskGroup(), body)
        trace(f"depth {depth}")

    async def main():
        await outcome("tree", tree(3))

    run_eagerly(main())


@scenario
def shields_of_eager_tasks():
    async def main():
        before = iteration()
        done = asyncio.shield(value(1))
        show("done", done)
        await outcome("done", done)
        show("iterations", iteration() - before)
        shield = asyncio.shield(slow_value(2, 1))
        show("shield", shield)
        await outcome("shield", shield)

    run_eagerly(main())


@scenario
def eager_tasks_as_they_complete():
    async def main():
        before = iteration()
        for step in asyncio.as_completed([slow_value(1, 1), slow_value(2, 0)]):
            await outcome("step", step)
        async for task in asyncio.as_completed([value(3)]):
            show("task", task)
        show("iterations", iteration() - before)

    run_eagerly(main())


@scenario
def eager_tasks_and_wait_for():
    async def main():
        await outcome("done", asyncio.wait_for(asyncio.create_task(value(1)), 0))
        await outcome("late", asyncio.wait_for(asyncio.create_task(slow_value(2, 1)), 0))
        await outcome("in place", asyncio.wait_for(slow_value(3, 1), 2))

    run_eagerly(main())


@scenario
def waiting_for_eager_tasks():
    async def main():
        tasks = [asyncio.create_task(value(1)), asyncio.create_task(slow_value(2, 1))]
        before = iteration()
        done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        show("iterations", iteration() - before)
        show("done", list(done))
        await outcome("second", tasks[1])

    run_eagerly(main())


# Factories.


def loud_factory(loop, coroutine, **options):
    trace(f"the factory gets {coroutine!r}")
    task = asyncio.Task(coroutine, loop=loop, **options)
    trace(f"the factory makes {task!r}")
    return task


@scenario
def a_factory_makes_every_task():
    async def main():
        await outcome("task", asyncio.create_task(value(1), name="named"))
        await outcome("ensure_future", asyncio.ensure_future(value(2)))
        await outcome("gather", asyncio.gather(value(3), value(4)))
        await outcome("shield", asyncio.shield(value(5)))
        for step in asyncio.as_completed([value(6)]):
            await outcome("step", step)

        async def body(group):
            group.create_task(value(7), name="child")

        await outcome("group", within(asyncio.TaskGroup(), body))

    loop = new_event_loop()
    loop.set_task_factory(loud_factory)
    attempt("run", loop.run_until_complete, main())


@scenario
def a_factory_gets_the_options():
    async def child():
        show("child", variable.get())
        await asyncio.sleep(0)

    async def main():
        variable.set("context")
        context = contextvars.copy_context()
        variable.set("main")
        await asyncio.create_task(child(), context=context, name="named")
        await asyncio.create_task(child(), context=context, eager_start=True)

    loop = new_event_loop()
    loop.set_task_factory(loud_factory)
    attempt("run", loop.run_until_complete, main())


@scenario
def a_factory_may_be_taken_away():
    async def main():
        loop = asyncio.get_running_loop()
        show("has a factory", loop.get_task_factory() is not None)
        loop.set_task_factory(loud_factory)
        show("has a factory", loop.get_task_factory() is not None)
        await asyncio.create_task(value(1))
        loop.set_task_factory(None)
        show("has a factory", loop.get_task_factory() is not None)
        await asyncio.create_task(value(2))

    run(main())


@scenario
def a_factory_may_have_its_own_way():
    def renaming(loop, coroutine, **options):
        return asyncio.Task(coroutine, loop=loop, **(options | {"name": "renamed"}))

    async def main():
        asyncio.get_running_loop().set_task_factory(renaming)
        for task in asyncio.create_task(value(1)), asyncio.create_task(value(2), name="named"):
            show("task", task)
            await outcome("task", task)

    run(main())


@scenario
def an_eager_factory_of_ones_own():
    def constructor(coroutine, **options):
        trace("the constructor is called")
        task = asyncio.Task(coroutine, **options)
        trace(f"made {task!r}")
        return task

    async def main():
        factory = asyncio.create_eager_task_factory(constructor)
        asyncio.get_running_loop().set_task_factory(factory)
        await outcome("value", asyncio.create_task(value(1)))
        await outcome("slow value", asyncio.create_task(slow_value(2, 1)))
        await outcome("lazy", asyncio.create_task(value(3), eager_start=False))

    run(main())
