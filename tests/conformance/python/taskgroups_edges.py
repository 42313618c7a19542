"""`TaskGroup`: exits, refusals, groups within groups, reprs."""

import asyncio

from blocks import (
    ancestry,
    briefly,
    cancelling,
    current_task,
    failing_cleanup,
    failure,
    first_step,
    never,
    value,
    within,
)
from trace import (
    attempt,
    new_event_loop,
    outcome,
    run,
    run_once,
    scenario,
    show,
    trace,
    watch,
)


# Exits.


def run_to_the_end(main):
    """Run a task again and again, because exits stop the loop midway."""
    loop = new_event_loop()
    task = loop.create_task(main)
    for _ in range(4):
        attempt("run", loop.run_until_complete, task)
        if task.done():
            break
    run_once(loop)


@scenario
def a_child_that_exits():
    async def exiting(delay):
        await asyncio.sleep(delay)
        raise SystemExit(3)

    async def main():
        async def body(group):
            group.create_task(value(1, 3))
            group.create_task(exiting(1))
            await watch("body", asyncio.sleep(10))

        await outcome("group", within(asyncio.TaskGroup(), body))
        show("cancelling", cancelling())
        await outcome("sleep", asyncio.sleep(0))

    run_to_the_end(main())


@scenario
def a_body_that_exits():
    async def main():
        async def body(group):
            group.create_task(value(1, 3))
            await asyncio.sleep(1)
            raise KeyboardInterrupt

        await outcome("group", within(asyncio.TaskGroup(), body))
        show("cancelling", cancelling())

    run(main())


@scenario
def an_exit_hides_all_failures():
    async def exiting():
        await outcome("exiting", asyncio.sleep(10))
        raise SystemExit(3)

    async def main():
        async def body(group):
            group.create_task(failing_cleanup("a"))
            group.create_task(exiting())
            await asyncio.sleep(1)
            raise ValueError("body")

        await outcome("group", within(asyncio.TaskGroup(), body))
        show("cancelling", cancelling())

    run_to_the_end(main())


@scenario
def what_was_being_handled_when_a_group_raised():
    async def failing_body(group):
        raise RuntimeError("body")

    async def failing_child(group):
        group.create_task(failure("child"))

    async def cancelled_body(group):
        group.create_task(failure("child"))
        await asyncio.sleep(10)

    async def both(group):
        group.create_task(failing_cleanup("child"))
        await asyncio.sleep(1)
        raise RuntimeError("body")

    async def main():
        for body in failing_body, failing_child, cancelled_body, both:
            await ancestry(body.__name__, within(asyncio.TaskGroup(), body))

    run(main())


@scenario
def what_was_being_handled_when_a_cancelled_group_raised():
    async def body(group):
        group.create_task(slow_to_end())
        await asyncio.sleep(0)
        group.cancel()
        raise ValueError("body")

    async def slow_to_end():
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            await asyncio.sleep(2)

    async def main():
        task = asyncio.create_task(within(asyncio.TaskGroup(), body))
        await asyncio.sleep(1)
        task.cancel("from outside")
        await ancestry("group", task)

    run(main())


@scenario
def what_was_being_handled_when_a_child_exited():
    async def exiting():
        await outcome("exiting", asyncio.sleep(10))
        raise SystemExit(3)

    async def main():
        async def body(group):
            group.create_task(exiting())
            await asyncio.sleep(1)
            raise ValueError("body")

        await ancestry("group", within(asyncio.TaskGroup(), body))

    run_to_the_end(main())


@scenario
def the_exit_of_the_body_comes_before_that_of_a_child():
    async def exiting():
        await outcome("exiting", asyncio.sleep(10))
        raise SystemExit(3)

    async def main():
        async def body(group):
            group.create_task(exiting())
            await asyncio.sleep(1)
            raise KeyboardInterrupt

        await outcome("group", within(asyncio.TaskGroup(), body))

    run_to_the_end(main())


@scenario
def an_exit_of_a_child_leaves_its_request_to_cancel():
    async def exiting():
        raise SystemExit(3)

    async def main():
        async def body(group):
            group.create_task(exiting())
            await outcome("body", asyncio.sleep(10))

        await outcome("group", within(asyncio.TaskGroup(), body))
        show("cancelling", cancelling())
        await outcome("sleep", asyncio.sleep(0))

    run_to_the_end(main())


@scenario
def a_lone_generator_exit_of_the_body_comes_bare():
    async def main():
        async def body(group):
            group.create_task(value(1, 3))
            await asyncio.sleep(1)
            raise GeneratorExit

        await outcome("group", within(asyncio.TaskGroup(), body))

    run(main())


@scenario
def a_generator_exit_in_company_comes_in_a_group():
    async def exiting():
        raise GeneratorExit

    async def main():
        async def body(group):
            group.create_task(failing_cleanup("a"))
            await asyncio.sleep(1)
            raise GeneratorExit

        await outcome("body and child", within(asyncio.TaskGroup(), body))

        async def child(group):
            group.create_task(exiting())

        await outcome("child", within(asyncio.TaskGroup(), child))

    run(main())


# Refusals.


@scenario
def a_group_that_was_not_entered_takes_no_task():
    async def main():
        group = asyncio.TaskGroup()
        attempt("create_task", group.create_task, never())
        await outcome("group", within(group, briefly))

    run(main())


@scenario
def a_finished_group_takes_no_task():
    async def main():
        group = asyncio.TaskGroup()
        await within(group, briefly)
        attempt("create_task", group.create_task, never())
        failed = asyncio.TaskGroup()

        async def body(group):
            group.create_task(failure("a"))

        await outcome("group", within(failed, body))
        attempt("failed", failed.create_task, never())

    run(main())


@scenario
def an_aborting_group_takes_no_task():
    async def child(group):
        await outcome("child", asyncio.sleep(10))
        attempt("by the child", group.create_task, never())

    async def main():
        async def body(group):
            group.create_task(child(group))
            group.create_task(failure("a", 1))
            await outcome("body", asyncio.sleep(10))
            attempt("by the body", group.create_task, never())

        await outcome("group", within(asyncio.TaskGroup(), body))

    run(main())


@scenario
def a_refused_task_fails_the_body_that_asked():
    async def main():
        async def body(group):
            group.create_task(failure("a", 1))
            await outcome("body", asyncio.sleep(10))
            group.create_task(never())

        await outcome("group", within(asyncio.TaskGroup(), body))

    run(main())


@scenario
def a_group_is_entered_once():
    async def main():
        group = asyncio.TaskGroup()

        async def again(group):
            await outcome("inside", within(group, again))
            group.create_task(value(1, 1))

        await outcome("group", within(group, again))
        await outcome("afterwards", within(group, again))

    run(main())


@scenario
def a_group_needs_a_task():
    loop = new_event_loop()

    def callback():
        group = asyncio.TaskGroup()
        attempt("callback", first_step, within(group, briefly))
        attempt("create_task", group.create_task, never())
        show("group", group)

    loop.call_soon(callback)
    run_once(loop)


# Groups within groups.


@scenario
def an_inner_failure_passes_through_both_groups():
    async def main():
        async def inner(group):
            group.create_task(failure("a", 1))
            await watch("inner body", asyncio.sleep(10))

        async def outer(group):
            group.create_task(value(1, 10))
            await watch("inner group", within(asyncio.TaskGroup(), inner))

        await outcome("outer group", within(asyncio.TaskGroup(), outer))
        show("cancelling", cancelling())

    run(main())


@scenario
def an_outer_failure_cancels_the_inner_group():
    async def main():
        async def inner(group):
            group.create_task(value(1, 10))
            await watch("inner body", asyncio.sleep(10))

        async def outer(group):
            group.create_task(failure("a", 1))
            await watch("inner group", within(asyncio.TaskGroup(), inner))

        await outcome("outer group", within(asyncio.TaskGroup(), outer))
        show("cancelling", cancelling())

    run(main())


@scenario
def both_groups_fail_at_once():
    async def main():
        async def outer(outer_group):
            async def inner(inner_group):
                inner_group.create_task(failure("inner", 1))
                outer_group.create_task(failure("outer", 1))

            await outcome("inner group", within(asyncio.TaskGroup(), inner))
            show("cancelling", cancelling())
            await watch("outer body", asyncio.sleep(0))

        await outcome("outer group", within(asyncio.TaskGroup(), outer))
        show("cancelling", cancelling())
        await outcome("sleep", asyncio.sleep(0))

    run(main())


@scenario
def the_outer_group_fails_first_of_two_at_once():
    async def main():
        async def outer(outer_group):
            async def inner(inner_group):
                outer_group.create_task(failure("outer", 1))
                inner_group.create_task(failure("inner", 1))
                await watch("inner body", asyncio.sleep(10))

            await watch("inner group", within(asyncio.TaskGroup(), inner))

        await outcome("outer group", within(asyncio.TaskGroup(), outer))
        show("cancelling", cancelling())

    run(main())


@scenario
def a_group_in_a_child_of_a_group():
    async def child(name, delay):
        async def body(group):
            group.create_task(value(name, 5))
            group.create_task(failure(f"{name} failure", delay))

        await watch(name, within(asyncio.TaskGroup(), body))

    async def main():
        async def body(group):
            group.create_task(child("first", 1))
            group.create_task(child("second", 2))

        await outcome("group", within(asyncio.TaskGroup(), body))

    run(main())


@scenario
def groups_in_groups_in_groups():
    async def tree(depth):
        async def body(group):
            for _ in range(2 if depth else 0):
                group.create_task(tree(depth - 1))

        await within(asyncio.TaskGroup(), body)
        trace(f"depth {depth}")

    async def main():
        await outcome("tree", tree(3))

    run(main())


@scenario
def a_group_is_entered_in_the_cleanup_of_another():
    async def main():
        async def cleanup(group):
            group.create_task(value("cleanup", 1))

        async def body(group):
            group.create_task(failure("a", 1))
            try:
                await asyncio.sleep(10)
            finally:
                await watch("cleanup", within(asyncio.TaskGroup(), cleanup))

        await outcome("group", within(asyncio.TaskGroup(), body))

    run(main())


# Timeouts.


@scenario
def a_group_under_a_timeout():
    async def main():
        async def grouped(timeout):
            async def body(group):
                group.create_task(value(1, 1))
                group.create_task(value(2, 10))

            await watch("group", within(asyncio.TaskGroup(), body))

        await outcome("timeout", within(asyncio.timeout(2), grouped))
        show("cancelling", cancelling())

    run(main())


@scenario
def a_failing_group_under_a_timeout():
    async def main():
        async def grouped(timeout):
            async def body(group):
                group.create_task(failing_cleanup("a"))
                await watch("body", asyncio.sleep(10))

            await watch("group", within(asyncio.TaskGroup(), body))

        timeout = asyncio.timeout(1)
        await outcome("timeout", within(timeout, grouped))
        show("timeout", timeout)
        show("cancelling", cancelling())
        await outcome("sleep", asyncio.sleep(0))

    run(main())


@scenario
def a_failure_and_a_deadline_at_once():
    async def main():
        async def grouped(timeout):
            async def body(group):
                group.create_task(failure("a", 1))
                await watch("body", asyncio.sleep(10))

            await watch("group", within(asyncio.TaskGroup(), body))

        timeout = asyncio.timeout(1)
        await outcome("timeout", within(timeout, grouped))
        show("timeout", timeout)
        show("cancelling", cancelling())
        await outcome("sleep", asyncio.sleep(0))

    run(main())


@scenario
def a_timeout_in_a_group():
    async def main():
        async def body(group):
            group.create_task(value(1, 3))
            await within(asyncio.timeout(1), lambda timeout: value("body", 10))

        await outcome("group", within(asyncio.TaskGroup(), body))
        show("cancelling", cancelling())

    run(main())


@scenario
def a_timeout_in_a_child():
    async def child():
        await within(asyncio.timeout(1), lambda timeout: value("child", 10))

    async def main():
        async def body(group):
            group.create_task(value(1, 3))
            group.create_task(child())
            await watch("body", asyncio.sleep(10))

        await outcome("group", within(asyncio.TaskGroup(), body))

    run(main())


# Texts.


@scenario
def reprs_of_groups():
    async def main():
        group = asyncio.TaskGroup()
        show("new", group)

        async def body(group):
            show("entered", group)
            group.create_task(value(1))
            group.create_task(failing_cleanup("a"))
            show("with tasks", group)
            await asyncio.sleep(1)
            show("with one task", group)
            asyncio.get_running_loop().call_later(1, lambda: show("exiting", group))
            asyncio.get_running_loop().call_later(2, parent.cancel)

        parent = current_task()
        await outcome("group", within(group, body))
        await outcome("sleep", asyncio.sleep(0))

    run(main())


@scenario
def reprs_of_children_and_parent():
    async def main():
        async def body(group):
            task = group.create_task(value(1, 2), name="child")
            show("child", task)
            parent = current_task()
            asyncio.get_running_loop().call_later(1, lambda: show("parent", parent))

        await within(asyncio.TaskGroup(), body)

    run(main())
