"""`timeout` within `timeout`, and deadlines when somebody else cancels, too."""

import asyncio

from blocks import (
    cancelling,
    current_task,
    oversleep,
    within,
)
from trace import (
    outcome,
    run,
    scenario,
    show,
    watch,
)


# One inside of the other.


@scenario
def the_inner_deadline_comes_first():
    async def main():
        async def inner(timeout):
            await outcome("inner block", within(asyncio.timeout(1), oversleep))
            show("cancelling", cancelling())
            await watch("sleep", asyncio.sleep(0.5))
            return "outer in time"

        await outcome("outer block", within(asyncio.timeout(2), inner))

    run(main())


@scenario
def the_outer_deadline_comes_first():
    async def main():
        inner = asyncio.timeout(2)
        outer = asyncio.timeout(1)

        async def body(timeout):
            await watch("inner block", within(inner, oversleep))

        await outcome("outer block", within(outer, body))
        show("inner", inner)
        show("outer", outer)

    run(main())


@scenario
def equal_deadlines():
    async def main():
        inner = asyncio.timeout(1)
        outer = asyncio.timeout(1)

        async def body(timeout):
            await watch("inner block", within(inner, oversleep))

        await outcome("outer block", within(outer, body))
        show("inner", inner)
        show("outer", outer)
        show("cancelling", cancelling())

    run(main())


@scenario
def equal_deadlines_of_three():
    async def main():
        timeouts = [asyncio.timeout(1) for _ in range(3)]

        async def innermost(timeout):
            await watch("innermost block", within(timeouts[2], oversleep))

        async def inner(timeout):
            await watch("inner block", within(timeouts[1], innermost))

        await outcome("outer block", within(timeouts[0], inner))
        for timeout in timeouts:
            show("timeout", timeout)
        show("cancelling", cancelling())

    run(main())


@scenario
def equal_deadlines_of_which_the_inner_is_the_older():
    async def main():
        inner = asyncio.timeout(2)
        outer = asyncio.timeout(5)

        async def body(timeout):
            async def oversleep_twice(timeout):
                outer.reschedule(2)
                await watch("sleep", asyncio.sleep(10))

            await watch("inner block", within(inner, oversleep_twice))

        await outcome("outer block", within(outer, body))
        show("inner", inner)
        show("outer", outer)

    run(main())


@scenario
def the_outer_deadline_comes_while_the_inner_block_cleans_up():
    async def main():
        inner = asyncio.timeout(1)
        outer = asyncio.timeout(2)

        async def cleaning(timeout):
            await outcome("sleep", asyncio.sleep(10))
            await watch("cleanup", asyncio.sleep(5))

        async def body(timeout):
            await watch("inner block", within(inner, cleaning))

        await outcome("outer block", within(outer, body))
        show("inner", inner)
        show("outer", outer)
        show("cancelling", cancelling())

    run(main())


@scenario
def a_timeout_inside_of_the_cleanup_of_another():
    async def main():
        async def body(timeout):
            try:
                await asyncio.sleep(10)
            finally:
                await outcome("cleanup", within(asyncio.timeout(1), oversleep))
                show("cancelling", cancelling())

        await outcome("block", within(asyncio.timeout(1), body))

    run(main())


@scenario
def a_wait_for_inside_of_a_timeout():
    async def main():
        async def body(timeout):
            await outcome("wait_for", asyncio.wait_for(asyncio.sleep(10), 1))
            await watch("wait_for", asyncio.wait_for(asyncio.sleep(10), 1))

        await outcome("block", within(asyncio.timeout(1.5), body))

    run(main())


# Somebody else cancels, too.


async def limited(timeout):
    """Oversleep under a timeout, and then sleep once more."""
    await outcome("block", within(timeout, oversleep))
    show("cancelling", cancelling())
    await outcome("sleep", asyncio.sleep(0))


@scenario
def a_cancellation_before_the_deadline():
    async def watched(timeout):
        try:
            await within(timeout, oversleep)
        finally:
            show("cancelling", cancelling())

    async def main():
        timeout = asyncio.timeout(2)
        task = asyncio.create_task(watched(timeout))
        await asyncio.sleep(1)
        task.cancel("from outside")
        await outcome("task", task)
        show("timeout", timeout)

    run(main())


@scenario
def a_cancellation_right_before_the_deadline():
    async def main():
        timeout = asyncio.timeout(1)
        task = asyncio.create_task(limited(timeout))
        asyncio.get_running_loop().call_later(1, task.cancel, "from outside")
        await outcome("task", task)
        show("timeout", timeout)

    run(main())


@scenario
def a_cancellation_right_after_the_deadline():
    async def main():
        timeout = asyncio.timeout(1)
        task = asyncio.create_task(limited(timeout))
        await asyncio.sleep(0)
        asyncio.get_running_loop().call_later(1, task.cancel, "from outside")
        await outcome("task", task)
        show("timeout", timeout)

    run(main())


@scenario
def a_cancellation_while_the_body_cleans_up():
    async def cleaning(timeout):
        async def body(timeout):
            await outcome("sleep", asyncio.sleep(10))
            await watch("cleanup", asyncio.sleep(10))

        await outcome("block", within(timeout, body))
        show("cancelling", cancelling())

    async def main():
        timeout = asyncio.timeout(1)
        task = asyncio.create_task(cleaning(timeout))
        await asyncio.sleep(2)
        task.cancel("from outside")
        await outcome("task", task)
        show("timeout", timeout)

    run(main())


@scenario
def a_cancellation_while_the_block_is_already_over():
    async def going_on():
        await outcome("block", within(asyncio.timeout(1), oversleep))
        show("cancelling", cancelling())
        await watch("after the block", asyncio.sleep(10))

    async def main():
        task = asyncio.create_task(going_on())
        await asyncio.sleep(2)
        task.cancel("from outside")
        await outcome("task", task)

    run(main())


@scenario
def a_cancellation_counted_before_the_entry():
    async def main():
        current_task().cancel("earlier")
        await outcome("sleep", asyncio.sleep(0))
        show("cancelling", cancelling())
        await outcome("block", within(asyncio.timeout(1), oversleep))
        show("cancelling", cancelling())

    run(main())


@scenario
def a_cancellation_not_delivered_before_the_entry():
    async def main():
        current_task().cancel("earlier")
        timeout = asyncio.timeout(1)
        await outcome("block", within(timeout, oversleep))
        show("timeout", timeout)
        show("cancelling", cancelling())

    run(main())


@scenario
def a_body_that_cancels_its_own_task():
    async def main():
        async def body(timeout):
            current_task().cancel("own")
            await watch("sleep", asyncio.sleep(10))

        timeout = asyncio.timeout(1)
        await outcome("block", within(timeout, body))
        show("timeout", timeout)
        show("cancelling", cancelling())

    run(main())


@scenario
def a_body_that_cancels_its_own_task_and_returns():
    async def main():
        async def body(timeout):
            current_task().cancel("own")
            return "returned"

        await outcome("block", within(asyncio.timeout(0), body))
        await outcome("sleep", asyncio.sleep(0))
        show("cancelling", cancelling())

    run(main())


# In company.


@scenario
def two_tasks_with_timeouts_of_their_own():
    async def sleeper(name, delay):
        async def body(timeout):
            await watch(name, asyncio.sleep(10))

        await within(asyncio.timeout(delay), body)

    async def main():
        first = asyncio.create_task(sleeper("first", 2))
        second = asyncio.create_task(sleeper("second", 1))
        tasks = [first, second]
        await asyncio.wait(tasks)
        for task in tasks:
            await outcome("task", task)

    run(main())


@scenario
def a_gather_inside_of_a_timeout():
    async def child(name, delay):
        return await watch(name, asyncio.sleep(delay, name))

    async def main():
        async def body(timeout):
            return await watch("gather", asyncio.gather(child("fast", 1), child("slow", 3)))

        await outcome("block", within(asyncio.timeout(2), body))

    run(main())


@scenario
def a_shield_inside_of_a_timeout():
    async def main():
        inner = asyncio.create_task(asyncio.sleep(2, "shielded"))

        async def body(timeout):
            return await watch("shield", asyncio.shield(inner))

        await outcome("block", within(asyncio.timeout(1), body))
        await outcome("inner", inner)

    run(main())
