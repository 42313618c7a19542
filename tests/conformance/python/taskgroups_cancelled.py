"""`TaskGroup` whose task is cancelled from outside."""

import asyncio

from blocks import (
    cancelling,
    current_task,
    failing_cleanup,
    failure,
    slow_cleanup,
    value,
    within,
)
from trace import (
    outcome,
    run,
    scenario,
    show,
    watch,
)


@scenario
def a_cancellation_of_the_body():
    async def grouping():
        async def body(group):
            group.create_task(value(1, 10))
            await watch("body", asyncio.sleep(10))

        try:
            await watch("group", within(asyncio.TaskGroup(), body))
        finally:
            show("cancelling", cancelling())

    async def main():
        task = asyncio.create_task(grouping())
        await asyncio.sleep(1)
        task.cancel("from outside")
        await outcome("task", task)

    run(main())


@scenario
def a_cancellation_while_the_group_waits():
    async def grouping():
        async def body(group):
            group.create_task(value(1, 10))
            group.create_task(value(2, 10))

        try:
            await watch("group", within(asyncio.TaskGroup(), body))
        finally:
            show("cancelling", cancelling())

    async def main():
        task = asyncio.create_task(grouping())
        await asyncio.sleep(1)
        task.cancel("from outside")
        await outcome("task", task)

    run(main())


@scenario
def a_cancellation_that_the_body_swallows():
    async def grouping():
        async def body(group):
            group.create_task(value(1, 2))
            await outcome("body", asyncio.sleep(10))

        await watch("group", within(asyncio.TaskGroup(), body))
        show("cancelling", cancelling())

    async def main():
        task = asyncio.create_task(grouping())
        await asyncio.sleep(1)
        task.cancel("from outside")
        await outcome("task", task)

    run(main())


@scenario
def a_cancellation_again_and_again():
    async def insisting():
        for attempt in range(3):
            await outcome(f"attempt {attempt}", asyncio.sleep(10))

    async def grouping():
        async def body(group):
            group.create_task(insisting())

        try:
            await watch("group", within(asyncio.TaskGroup(), body))
        finally:
            show("cancelling", cancelling())

    async def main():
        task = asyncio.create_task(grouping())
        for reason in "first", "second", "third":
            await asyncio.sleep(1)
            task.cancel(reason)
        await outcome("task", task)

    run(main())


@scenario
def a_cancellation_of_the_body_and_again_while_the_group_waits():
    async def grouping():
        async def body(group):
            group.create_task(slow_cleanup(1, 5))
            await watch("body", asyncio.sleep(10))

        try:
            await watch("group", within(asyncio.TaskGroup(), body))
        finally:
            show("cancelling", cancelling())

    async def main():
        task = asyncio.create_task(grouping())
        for reason in "first", "second":
            await asyncio.sleep(1)
            task.cancel(reason)
        await outcome("task", task)

    run(main())


@scenario
def a_cancellation_of_which_a_child_makes_a_failure():
    async def grouping():
        async def body(group):
            group.create_task(failing_cleanup("a"))
            await watch("body", asyncio.sleep(10))

        await outcome("group", within(asyncio.TaskGroup(), body))
        show("cancelling", cancelling())
        await watch("next await", asyncio.sleep(0))

    async def main():
        task = asyncio.create_task(grouping())
        await asyncio.sleep(1)
        task.cancel("from outside")
        await outcome("task", task)

    run(main())


@scenario
def a_cancellation_of_which_the_body_makes_a_failure():
    async def grouping():
        async def body(group):
            group.create_task(value(1, 10))
            await outcome("body", asyncio.sleep(10))
            raise ValueError("instead")

        await outcome("group", within(asyncio.TaskGroup(), body))
        show("cancelling", cancelling())
        await watch("next await", asyncio.sleep(0))

    async def main():
        task = asyncio.create_task(grouping())
        await asyncio.sleep(1)
        task.cancel("from outside")
        await outcome("task", task)

    run(main())


async def grouping_a_failure():
    async def body(group):
        group.create_task(failure("a", 1))
        await watch("body", asyncio.sleep(10))

    await outcome("group", within(asyncio.TaskGroup(), body))
    show("cancelling", cancelling())
    await watch("next await", asyncio.sleep(0))


@scenario
def a_cancellation_right_before_the_failure():
    async def main():
        task = asyncio.create_task(grouping_a_failure())
        asyncio.get_running_loop().call_later(1, task.cancel, "from outside")
        await outcome("task", task)

    run(main())


@scenario
def a_cancellation_right_after_the_failure():
    async def main():
        task = asyncio.create_task(grouping_a_failure())
        # The child runs first, and the group learns of its failure in the next iteration.
        await asyncio.sleep(1)
        await asyncio.sleep(0)
        task.cancel("from outside")
        await outcome("task", task)

    run(main())


@scenario
def a_cancellation_after_the_group_has_cancelled_the_body():
    async def main():
        task = asyncio.create_task(grouping_a_failure())
        await asyncio.sleep(1)
        for _ in range(2):
            await asyncio.sleep(0)
        show("cancel", task.cancel("from outside"))
        await outcome("task", task)

    run(main())


@scenario
def a_cancellation_while_a_failed_group_waits():
    async def grouping():
        async def body(group):
            group.create_task(slow_cleanup(1, 5))
            group.create_task(failure("a", 1))
            await watch("body", asyncio.sleep(10))

        await outcome("group", within(asyncio.TaskGroup(), body))
        show("cancelling", cancelling())
        await watch("next await", asyncio.sleep(0))

    async def main():
        task = asyncio.create_task(grouping())
        await asyncio.sleep(2)
        task.cancel("from outside")
        await outcome("task", task)

    run(main())


@scenario
def a_cancellation_counted_before_the_entry():
    async def main():
        current_task().cancel("earlier")
        await outcome("sleep", asyncio.sleep(0))

        async def body(group):
            group.create_task(failure("a", 1))
            await watch("body", asyncio.sleep(10))

        await outcome("group", within(asyncio.TaskGroup(), body))
        show("cancelling", cancelling())
        await outcome("next await", asyncio.sleep(0))

    run(main())


@scenario
def the_parent_is_cancelled_when_the_last_child_is_done():
    async def grouping():
        async def body(group):
            task = group.create_task(value(1, 1))
            parent = current_task()
            await asyncio.sleep(0)
            task.add_done_callback(lambda _: show("cancel", parent.cancel("late")))

        await watch("group", within(asyncio.TaskGroup(), body))

    async def main():
        await outcome("task", asyncio.create_task(grouping()))

    run(main())
