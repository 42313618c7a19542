"""`TaskGroup`: children that are waited for, and those that fail."""

import asyncio
import contextvars

from blocks import (
    cancelling,
    current_task,
    failing_cleanup,
    failure,
    never,
    stubborn,
    value,
    within,
)
from trace import (
    attempt,
    iteration,
    outcome,
    run,
    scenario,
    show,
    state,
    trace,
    watch,
)

variable = contextvars.ContextVar("variable", default="default")


# All goes well.


@scenario
def the_children_are_waited_for():
    async def main():
        tasks = []

        async def body(group):
            tasks.append(group.create_task(value(1, 2)))
            tasks.append(group.create_task(value(2, 1)))
            trace("end of the body")

        await outcome("group", within(asyncio.TaskGroup(), body))
        for task in tasks:
            await outcome("task", task)

    run(main())


@scenario
def an_empty_group_takes_no_iteration():
    async def main():
        async def body(group):
            trace("body")

        before = iteration()
        await outcome("group", within(asyncio.TaskGroup(), body))
        show("iterations", iteration() - before)

    run(main())


@scenario
def children_that_are_done_before_the_end():
    async def main():
        async def body(group):
            task = group.create_task(value(1))
            await asyncio.sleep(1)
            state("task", task)
            show("group", group)

        before = iteration()
        await outcome("group", within(asyncio.TaskGroup(), body))
        show("iterations", iteration() - before)

    run(main())


@scenario
def the_body_may_await_its_children():
    async def main():
        async def body(group):
            show("first", await group.create_task(value(1, 1)))
            show("second", await group.create_task(value(2, 1)))

        await outcome("group", within(asyncio.TaskGroup(), body))

    run(main())


@scenario
def children_may_have_children():
    async def child(group, depth):
        trace(f"child {depth}")
        await asyncio.sleep(1)
        if depth:
            group.create_task(child(group, depth - 1))

    async def main():
        async def body(group):
            group.create_task(child(group, 2))

        await outcome("group", within(asyncio.TaskGroup(), body))

    run(main())


@scenario
def a_child_that_comes_before_the_group_is_told():
    async def child(group):
        await asyncio.sleep(1)
        # By then this child is done, and the group has not been told.
        create_task = lambda: show("late", group.create_task(value("late", 1), name="late"))
        asyncio.get_running_loop().call_soon(create_task)

    async def main():
        async def body(group):
            group.create_task(child(group))

        await outcome("group", within(asyncio.TaskGroup(), body))

    run(main())


@scenario
def a_child_that_comes_when_the_group_was_told():
    async def main():
        async def body(group):
            task = group.create_task(value(1, 1))
            late = never()
            # The callback of the group is older.
            task.add_done_callback(lambda _: attempt("late", group.create_task, late))

        await outcome("group", within(asyncio.TaskGroup(), body))

    run(main())


@scenario
def names_and_contexts_of_children():
    async def child():
        show("name", current_task().get_name())
        show("variable", variable.get())
        variable.set("by the child")

    async def main():
        variable.set("outer")
        context = contextvars.copy_context()
        variable.set("inner")

        async def body(group):
            group.create_task(child())
            group.create_task(child(), name="named")
            group.create_task(child(), context=context)

        await within(asyncio.TaskGroup(), body)
        show("variable", variable.get())
        show("context", context.run(variable.get))

    run(main())


# A child fails.


@scenario
def a_failing_child_cancels_siblings_and_body():
    async def main():
        async def body(group):
            group.create_task(value(1, 3))
            group.create_task(failure("a", 1))
            group.create_task(value(2, 3))
            try:
                await watch("body", asyncio.sleep(10))
            finally:
                show("cancelling", cancelling())
                show("group", group)

        await outcome("group", within(asyncio.TaskGroup(), body))
        show("cancelling", cancelling())
        await outcome("sleep", asyncio.sleep(0))

    run(main())


@scenario
def a_child_fails_when_the_body_is_over():
    async def main():
        async def body(group):
            group.create_task(value(1, 3))
            group.create_task(failure("a", 1))

        await outcome("group", within(asyncio.TaskGroup(), body))
        show("cancelling", cancelling())
        await outcome("sleep", asyncio.sleep(0))

    run(main())


@scenario
def two_fail_in_one_iteration():
    async def main():
        async def body(group):
            group.create_task(failure("a", 1))
            group.create_task(value(1, 1))
            group.create_task(failure("b", 1))
            await watch("body", asyncio.sleep(10))

        await outcome("group", within(asyncio.TaskGroup(), body))
        show("cancelling", cancelling())

    run(main())


@scenario
def a_failure_while_the_group_aborts():
    async def main():
        async def body(group):
            group.create_task(failing_cleanup("b", 2))
            group.create_task(failing_cleanup("c", 1))
            group.create_task(failure("a", 1))
            await watch("body", asyncio.sleep(10))

        await outcome("group", within(asyncio.TaskGroup(), body))
        show("cancelling", cancelling())

    run(main())


@scenario
def a_child_that_fails_before_the_body_suspends():
    async def main():
        async def body(group):
            group.create_task(failure("a"))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            await watch("third sleep", asyncio.sleep(0))

        await outcome("group", within(asyncio.TaskGroup(), body))

    run(main())


@scenario
def the_body_returns_before_it_learns_of_the_failure():
    async def main():
        async def body(group):
            task = group.create_task(failure("a"))
            await outcome("task", task)
            show("cancelling", cancelling())

        await outcome("group", within(asyncio.TaskGroup(), body))
        show("cancelling", cancelling())

    run(main())


@scenario
def a_body_that_swallows_the_cancellation_by_a_child():
    async def main():
        async def body(group):
            group.create_task(failure("a", 1))
            await outcome("first", asyncio.sleep(10))
            await outcome("second", asyncio.sleep(1))
            show("cancelling", cancelling())

        await outcome("group", within(asyncio.TaskGroup(), body))
        show("cancelling", cancelling())

    run(main())


@scenario
def a_child_that_swallows_the_cancellation_by_its_sibling():
    async def main():
        tasks = []

        async def body(group):
            tasks.append(group.create_task(stubborn("stubborn", 2)))
            group.create_task(failure("a", 1))

        await outcome("group", within(asyncio.TaskGroup(), body))
        await outcome("stubborn", tasks[0])

    run(main())


@scenario
def a_cancelled_child_is_no_failure():
    async def cancelling_itself():
        current_task().cancel("itself")
        await asyncio.sleep(0)

    async def raising():
        raise asyncio.CancelledError("raised")

    async def main():
        async def body(group):
            task = group.create_task(value(1, 10))
            group.create_task(cancelling_itself())
            group.create_task(raising())
            group.create_task(value(2, 2))
            await asyncio.sleep(1)
            task.cancel("one")
            await watch("body", asyncio.sleep(2))

        await outcome("group", within(asyncio.TaskGroup(), body))

    run(main())


@scenario
def a_body_that_awaits_a_cancelled_child():
    async def main():
        async def body(group):
            group.create_task(value(1, 3))
            task = group.create_task(value(2, 10))
            task.cancel("the child")
            await watch("task", task)

        await outcome("group", within(asyncio.TaskGroup(), body))
        show("cancelling", cancelling())

    run(main())


@scenario
def failures_are_seen_by_the_group():
    async def main():
        async def body(group):
            group.create_task(failure("a"))
            group.create_task(failure("b"))

        try:
            await within(asyncio.TaskGroup(), body)
        except ExceptionGroup as group:
            show("message", group.message)
            show("exceptions", list(group.exceptions))
            show("cause", group.__cause__)

    run(main())


# The body fails.


@scenario
def a_failing_body_cancels_the_children():
    async def main():
        async def body(group):
            group.create_task(value(1, 3))
            await asyncio.sleep(1)
            raise ValueError("body")

        await outcome("group", within(asyncio.TaskGroup(), body))
        show("cancelling", cancelling())

    run(main())


@scenario
def a_body_that_fails_before_its_children_started():
    async def main():
        async def body(group):
            group.create_task(never())
            raise ValueError("body")

        before = iteration()
        await outcome("group", within(asyncio.TaskGroup(), body))
        show("iterations", iteration() - before)

    run(main())


@scenario
def a_body_that_fails_without_children():
    async def main():
        async def body(group):
            raise ValueError("body")

        before = iteration()
        await outcome("group", within(asyncio.TaskGroup(), body))
        show("iterations", iteration() - before)

    run(main())


@scenario
def the_failure_of_the_body_comes_last():
    async def main():
        async def body(group):
            group.create_task(failing_cleanup("b", 2))
            group.create_task(failing_cleanup("c", 1))
            await asyncio.sleep(1)
            raise ValueError("body")

        await outcome("group", within(asyncio.TaskGroup(), body))

    run(main())


@scenario
def a_body_that_fails_while_its_cancellation_is_handled():
    async def main():
        async def body(group):
            group.create_task(failure("a", 1))
            await outcome("sleep", asyncio.sleep(10))
            raise ValueError("body")

        await outcome("group", within(asyncio.TaskGroup(), body))
        show("cancelling", cancelling())
        await outcome("sleep", asyncio.sleep(0))

    run(main())


@scenario
def a_body_and_a_child_fail_in_one_iteration():
    async def main():
        async def body(group):
            group.create_task(failure("a", 1))
            group.create_task(value(1, 2))
            # The timer of the body is younger than that of the child.
            await asyncio.sleep(0)
            await asyncio.sleep(1)
            raise ValueError("body")

        await outcome("group", within(asyncio.TaskGroup(), body))
        show("cancelling", cancelling())
        await outcome("sleep", asyncio.sleep(0))

    run(main())


@scenario
def a_body_that_raises_the_failure_of_its_child():
    async def main():
        async def body(group):
            await group.create_task(failure("a", 1))

        await outcome("group", within(asyncio.TaskGroup(), body))
        show("cancelling", cancelling())
        await outcome("sleep", asyncio.sleep(0))

    run(main())


@scenario
def a_body_that_raises_a_cancelled_error():
    async def main():
        async def body(group):
            group.create_task(value(1, 1))
            raise asyncio.CancelledError("by hand")

        await outcome("group", within(asyncio.TaskGroup(), body))
        show("cancelling", cancelling())

    run(main())
