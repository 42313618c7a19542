"""`TaskGroup.cancel`: the group ends early, and nobody fails."""

import asyncio

from blocks import (
    briefly,
    cancelling,
    current_task,
    failing_cleanup,
    failure,
    never,
    slow_cleanup,
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


async def ended(group, body):
    """Run a group, and write how it ended and what it has left."""
    before = iteration()
    await outcome("group", within(group, body))
    trace(f"{iteration() - before} iterations, cancelling {cancelling()}, {group!r}")
    await outcome("next await", asyncio.sleep(0))


# By whom and when.


@scenario
def before_the_entry():
    async def main():
        async def body(group):
            show("group", group)
            show("cancelling", cancelling())
            attempt("create_task", group.create_task, never())
            await watch("body", asyncio.sleep(10))

        group = asyncio.TaskGroup()
        group.cancel()
        show("group", group)
        await ended(group, body)

    run(main())


@scenario
def before_the_entry_of_a_body_that_does_not_suspend():
    async def main():
        async def body(group):
            trace("body")

        group = asyncio.TaskGroup()
        group.cancel()
        group.cancel()
        await ended(group, body)

    run(main())


@scenario
def by_the_body_before_there_are_children():
    async def main():
        async def body(group):
            group.cancel()
            show("group", group)
            await watch("body", asyncio.sleep(10))

        await ended(asyncio.TaskGroup(), body)

    run(main())


@scenario
def by_the_body_before_the_children_started():
    async def main():
        async def body(group):
            group.create_task(never())
            group.cancel()

        await ended(asyncio.TaskGroup(), body)

    run(main())


@scenario
def by_the_body_when_the_children_run():
    async def main():
        tasks = []

        async def body(group):
            tasks.append(group.create_task(value(1, 10)))
            tasks.append(group.create_task(value(2, 1)))
            await asyncio.sleep(2)
            group.cancel()
            trace("the body goes on")
            await watch("body", asyncio.sleep(10))

        await ended(asyncio.TaskGroup(), body)
        for task in tasks:
            await outcome("task", task)

    run(main())


@scenario
def by_a_child_while_the_body_runs():
    async def child(group):
        await asyncio.sleep(1)
        group.cancel()
        await watch("child", asyncio.sleep(10))

    async def main():
        async def body(group):
            group.create_task(value(1, 10))
            group.create_task(child(group))
            await watch("body", asyncio.sleep(10))

        await ended(asyncio.TaskGroup(), body)

    run(main())


@scenario
def by_a_child_while_the_group_waits():
    async def child(group):
        await asyncio.sleep(1)
        group.cancel()
        return "returned"

    async def main():
        tasks = []

        async def body(group):
            group.create_task(value(1, 10))
            tasks.append(group.create_task(child(group)))

        await ended(asyncio.TaskGroup(), body)
        await outcome("child", tasks[0])

    run(main())


@scenario
def by_a_callback():
    async def main():
        async def body(group):
            asyncio.get_running_loop().call_later(1, group.cancel)
            group.create_task(value(1, 10))

        await ended(asyncio.TaskGroup(), body)

    run(main())


@scenario
def by_another_task_twice():
    async def main():
        group = asyncio.TaskGroup()

        async def body(group):
            group.create_task(slow_cleanup(1, 5))
            await watch("body", asyncio.sleep(10))

        task = asyncio.create_task(ended(group, body))
        for _ in range(3):
            await asyncio.sleep(1)
            group.cancel()
            show("group", group)
            show("cancelling", task.cancelling())
        await outcome("task", task)

    run(main())


@scenario
def by_the_last_child_on_its_way_out():
    async def child(group):
        await asyncio.sleep(1)
        group.cancel()

    async def main():
        async def body(group):
            group.create_task(child(group))

        await ended(asyncio.TaskGroup(), body)

    run(main())


@scenario
def when_all_children_are_done_and_the_body_still_waits():
    async def main():
        async def body(group):
            task = group.create_task(value(1, 1))
            task.add_done_callback(lambda _: group.cancel())

        await ended(asyncio.TaskGroup(), body)

    run(main())


@scenario
def after_the_end():
    async def main():
        group = asyncio.TaskGroup()
        await ended(group, briefly)
        group.cancel()
        show("group", group)
        show("cancelling", cancelling())
        attempt("create_task", group.create_task, never())

    run(main())


@scenario
def after_the_end_of_a_group_that_was_cancelled():
    async def main():
        async def body(group):
            group.cancel()
            await asyncio.sleep(10)

        group = asyncio.TaskGroup()
        await ended(group, body)
        group.cancel()
        await outcome("sleep", asyncio.sleep(0))
        attempt("create_task", group.create_task, never())

    run(main())


@scenario
def by_the_winner_of_a_race():
    async def racer(group, name, delay):
        await watch(name, asyncio.sleep(delay))
        trace(f"{name} wins")
        group.cancel()

    async def main():
        async def body(group):
            for name, delay in ("tortoise", 2), ("hare", 1), ("rabbit", 1):
                group.create_task(racer(group, name, delay))

        await ended(asyncio.TaskGroup(), body)

    run(main())


# Who does not obey.


@scenario
def a_body_that_swallows_it():
    async def main():
        async def body(group):
            group.create_task(value(1, 10))
            group.cancel()
            await outcome("first", asyncio.sleep(10))
            await outcome("second", asyncio.sleep(1))

        await ended(asyncio.TaskGroup(), body)

    run(main())


@scenario
def a_child_that_swallows_it():
    async def main():
        async def body(group):
            group.create_task(stubborn("stubborn", 2))
            await asyncio.sleep(1)
            group.cancel()

        await ended(asyncio.TaskGroup(), body)

    run(main())


@scenario
def a_child_that_fails_because_of_it():
    async def main():
        async def body(group):
            group.create_task(failing_cleanup("a", 1))
            await asyncio.sleep(1)
            group.cancel()
            await watch("body", asyncio.sleep(10))

        await ended(asyncio.TaskGroup(), body)

    run(main())


@scenario
def a_child_that_cancels_the_group_and_fails():
    async def child(group):
        group.cancel()
        raise ValueError("child")

    async def main():
        async def body(group):
            group.create_task(child(group))
            await watch("body", asyncio.sleep(10))

        await ended(asyncio.TaskGroup(), body)

    run(main())


@scenario
def a_body_that_cancels_the_group_and_fails():
    async def main():
        async def body(group):
            group.create_task(value(1, 10))
            group.cancel()
            raise ValueError("body")

        await ended(asyncio.TaskGroup(), body)

    run(main())


@scenario
def a_body_that_fails_because_of_it():
    async def main():
        async def body(group):
            group.cancel()
            await outcome("sleep", asyncio.sleep(10))
            raise ValueError("instead")

        await ended(asyncio.TaskGroup(), body)

    run(main())


@scenario
def a_group_that_failed_before():
    async def main():
        async def body(group):
            group.create_task(failure("a", 1))
            group.create_task(slow_cleanup(1, 2))
            asyncio.get_running_loop().call_later(2, group.cancel)
            await watch("body", asyncio.sleep(10))

        await ended(asyncio.TaskGroup(), body)

    run(main())


@scenario
def a_body_that_exits_because_of_it():
    async def main():
        async def body(group):
            group.cancel()
            await outcome("body", asyncio.sleep(0))
            raise KeyboardInterrupt

        await ended(asyncio.TaskGroup(), body)

    run(main())


# Others cancel, too.


async def cancelled_from_outside(*delays, patience=10):
    """Cancel the group after a second, and its task after each of these delays."""
    group = asyncio.TaskGroup()

    async def body(group):
        group.create_task(slow_cleanup(1, 3))
        await watch("body", asyncio.sleep(patience))

    async def grouping():
        await watch("group", within(group, body))
        show("cancelling", cancelling())
        await watch("next await", asyncio.sleep(0))

    task = asyncio.create_task(grouping())
    await asyncio.sleep(0)
    loop = asyncio.get_running_loop()
    for delay in delays:
        loop.call_later(delay, task.cancel, f"from outside at {delay}")
    loop.call_later(1, group.cancel)
    await outcome("task", task)
    state("task", task)


@scenario
def a_cancellation_from_outside_before():
    run(cancelled_from_outside(0.5))


@scenario
def a_cancellation_from_outside_at_the_same_time():
    run(cancelled_from_outside(1.0))


@scenario
def a_cancellation_from_outside_while_the_children_clean_up():
    run(cancelled_from_outside(2.0))


@scenario
def cancellations_from_outside_while_the_children_clean_up():
    run(cancelled_from_outside(2.0, 3.0))


@scenario
def cancellations_from_outside_before_and_after():
    run(cancelled_from_outside(0.5, 2.0))


@scenario
def a_cancellation_from_outside_when_the_body_is_over():
    run(cancelled_from_outside(2.0, patience=0.25))


@scenario
def cancellations_from_outside_when_the_body_is_over():
    run(cancelled_from_outside(2.0, 3.0, patience=0.25))


@scenario
def cancellations_from_outside_before_and_after_when_the_body_is_over():
    run(cancelled_from_outside(0.5, 1.0, 2.0, patience=0.25))


@scenario
def a_cancellation_from_outside_right_after():
    async def main():
        group = asyncio.TaskGroup()

        async def body(group):
            group.create_task(value(1, 10))
            await watch("body", asyncio.sleep(10))

        async def grouping():
            await watch("group", within(group, body))

        task = asyncio.create_task(grouping())
        await asyncio.sleep(1)
        group.cancel()
        show("cancel", task.cancel("right after"))
        await outcome("task", task)
        state("task", task)

    run(main())


@scenario
def a_cancellation_from_outside_right_after_while_the_group_waits():
    async def main():
        group = asyncio.TaskGroup()

        async def body(group):
            group.create_task(value(1, 10))

        async def grouping():
            await watch("group", within(group, body))

        task = asyncio.create_task(grouping())
        await asyncio.sleep(1)
        group.cancel()
        show("cancel", task.cancel("right after"))
        await outcome("task", task)
        state("task", task)

    run(main())


@scenario
def a_body_that_cancels_its_own_task_as_well():
    async def main():
        async def body(group):
            group.cancel()
            current_task().cancel("own")
            await watch("body", asyncio.sleep(10))

        await ended(asyncio.TaskGroup(), body)

    run(main())


@scenario
def a_cancellation_counted_before_the_entry():
    async def main():
        current_task().cancel("earlier")
        await outcome("sleep", asyncio.sleep(0))

        async def body(group):
            group.create_task(value(1, 10))
            group.cancel()
            await watch("body", asyncio.sleep(10))

        await ended(asyncio.TaskGroup(), body)

    run(main())


@scenario
def a_cancellation_counted_before_a_body_that_swallows():
    async def main():
        current_task().cancel("earlier")
        await outcome("sleep", asyncio.sleep(0))

        async def body(group):
            group.create_task(value(1, 10))
            await asyncio.sleep(1)
            group.cancel()

        await ended(asyncio.TaskGroup(), body)

    run(main())


@scenario
def a_timeout_around_it():
    async def main():
        async def grouped(timeout):
            async def body(group):
                group.create_task(slow_cleanup(1, 5))
                await asyncio.sleep(1)
                group.cancel()
                await watch("body", asyncio.sleep(10))

            await watch("group", within(asyncio.TaskGroup(), body))

        for limit in 10, 3:
            await outcome("timeout", within(asyncio.timeout(limit), grouped))
            show("cancelling", cancelling())

    run(main())


# Groups within groups.


@scenario
def the_inner_group_is_cancelled():
    async def main():
        async def outer(group):
            async def inner(group):
                group.create_task(value(2, 10))
                group.cancel()
                await watch("inner body", asyncio.sleep(10))

            group.create_task(value(1, 2))
            await watch("inner group", within(asyncio.TaskGroup(), inner))
            await watch("outer body", asyncio.sleep(1))

        await ended(asyncio.TaskGroup(), outer)

    run(main())


@scenario
def the_outer_group_is_cancelled_by_the_inner_body():
    async def main():
        async def outer(outer_group):
            async def inner(group):
                group.create_task(value(2, 10))
                outer_group.cancel()
                await watch("inner body", asyncio.sleep(10))

            outer_group.create_task(value(1, 10))
            await watch("inner group", within(asyncio.TaskGroup(), inner))

        await ended(asyncio.TaskGroup(), outer)

    run(main())


@scenario
def both_groups_are_cancelled():
    async def main():
        async def outer(outer_group):
            async def inner(group):
                group.create_task(value(2, 10))
                await asyncio.sleep(1)
                group.cancel()
                outer_group.cancel()
                await watch("inner body", asyncio.sleep(10))

            outer_group.create_task(value(1, 10))
            await watch("inner group", within(asyncio.TaskGroup(), inner))
            await watch("outer body", asyncio.sleep(10))

        await ended(asyncio.TaskGroup(), outer)

    run(main())


@scenario
def the_group_of_a_child_is_cancelled_from_the_parent():
    async def main():
        inner = asyncio.TaskGroup()

        async def inner_body(group):
            group.create_task(value(2, 10))
            await watch("inner body", asyncio.sleep(10))

        async def child():
            await watch("inner group", within(inner, inner_body))
            await watch("child", asyncio.sleep(1))

        async def outer(group):
            group.create_task(child())
            await asyncio.sleep(1)
            inner.cancel()

        await ended(asyncio.TaskGroup(), outer)

    run(main())
