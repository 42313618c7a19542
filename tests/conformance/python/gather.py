"""`gather`: order, failures, cancellation in both directions."""

import asyncio

from trace import (
    collect,
    new_event_loop,
    outcome,
    run,
    scenario,
    show,
    state,
    trace,
    watch,
)


async def noop():
    pass


async def value(result, delay=0):
    await asyncio.sleep(delay)
    trace(f"{result} is ready")
    return result


async def failure(text, delay=0):
    await asyncio.sleep(delay)
    trace(f"{text} fails")
    raise ValueError(text)


def ignore(future):
    pass


# Results.


@scenario
def results_come_in_the_order_of_the_arguments():
    async def main():
        await outcome("gather", asyncio.gather(value(1, 3), value(2, 1), value(3, 2)))

    run(main())


@scenario
def coroutines_start_in_the_order_of_the_arguments():
    async def child(n):
        trace(f"child {n}")
        return n

    async def main():
        gathered = asyncio.gather(child(1), child(2), child(3))
        trace("nothing ran yet")
        await outcome("gather", gathered)

    run(main())


@scenario
def equal_arguments_share_one_result():
    async def main():
        task = asyncio.create_task(value(1))
        future = asyncio.get_running_loop().create_future()
        future.set_result(2)
        await outcome("gather", asyncio.gather(task, future, task, future))

    run(main())


@scenario
def one_that_is_given_twice_is_waited_for_once():
    async def main():
        loop = asyncio.get_running_loop()
        for factory in None, asyncio.eager_task_factory:
            loop.set_task_factory(factory)
            pending, done, failed = (loop.create_future() for _ in range(3))
            done.set_result(1)
            failed.set_exception(ValueError("failed"))
            children = pending, done, failed, pending, done, failed, pending
            gathered = asyncio.gather(*children, return_exceptions=True)
            show("pending", pending)
            state("gather", gathered)
            pending.set_result(2)
            await outcome("gather", gathered)
            await outcome("gather", asyncio.gather(pending, failed, pending, failed))

    run(main())


@scenario
def an_empty_gather_is_done_at_once():
    async def main():
        gathered = asyncio.gather()
        state("gather", gathered)
        await outcome("gather", gathered)

    run(main())


@scenario
def children_that_are_done_already_take_no_iteration():
    async def main():
        loop = asyncio.get_running_loop()
        first, second = loop.create_future(), loop.create_future()
        first.set_result(1)
        second.set_result(2)
        gathered = asyncio.gather(first, second)
        state("gather", gathered)
        await outcome("gather", gathered)

    run(main())


@scenario
def nested_gathers():
    async def main():
        inner = asyncio.gather(value(1, 2), value(2, 1))
        await outcome("gather", asyncio.gather(inner, value(3, 3)))

    run(main())


@scenario
def reprs_of_gathers():
    async def main():
        gathered = asyncio.gather(value(1), value(2))
        show("pending", gathered)
        await gathered
        failing = asyncio.gather(failure("a"))
        failing.add_done_callback(ignore)
        show("with a callback", failing)
        await outcome("gather", failing)
        show("failed", failing)

    run(main())


@scenario
def children_are_numbered_as_tasks():
    async def main():
        gathered = asyncio.gather(value(1), asyncio.create_task(value(2), name="named"), value(3))
        show("tasks", [task.get_name() for task in asyncio.all_tasks()])
        await outcome("gather", gathered)

    run(main())


@scenario
def futures_of_different_loops_are_refused():
    other = new_event_loop()
    foreign = other.create_future()

    async def mixing():
        own = asyncio.get_running_loop().create_future()
        await asyncio.gather(own, foreign)

    async def main():
        await outcome("task", asyncio.create_task(mixing()))

    run(main())


# Failures.


@scenario
def the_first_failure_is_raised_at_once_and_the_others_go_on():
    async def main():
        slow = asyncio.create_task(value(1, 3))
        gathered = asyncio.gather(slow, failure("early", 1), value(2, 2))
        await outcome("gather", gathered)
        state("slow", slow)
        await outcome("slow", slow)
        trace("end")

    run(main())


@scenario
def later_failures_are_retrieved_silently():
    async def main():
        gathered = asyncio.gather(failure("first", 1), failure("second", 2))
        await outcome("gather", gathered)
        await asyncio.sleep(5)
        collect()
        trace("end")

    run(main())


@scenario
def a_failed_gather_that_nobody_awaits_is_logged():
    async def main():
        gathered = asyncio.gather(failure("first"), failure("second"))
        await asyncio.sleep(1)
        state("gather", gathered)
        del gathered
        collect()
        trace("end")

    run(main())


@scenario
def failures_are_results_with_return_exceptions():
    async def main():
        gathered = asyncio.gather(
            failure("a", 2), value(1, 1), failure("b", 3), return_exceptions=True
        )
        await outcome("gather", gathered)

    run(main())


@scenario
def a_failed_child_among_done_ones():
    async def main():
        loop = asyncio.get_running_loop()
        good, bad = loop.create_future(), loop.create_future()
        good.set_result(1)
        bad.set_exception(ValueError("bad"))
        await outcome("gather", asyncio.gather(good, bad, value(2)))
        await asyncio.sleep(1)

    run(main())


# A cancelled child.


@scenario
def a_cancelled_child_fails_the_gather_without_cancelling_it():
    async def main():
        child = asyncio.create_task(value(1, 10))
        gathered = asyncio.gather(child, value(2, 5))
        await asyncio.sleep(1)
        child.cancel("the child")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        state("gather", gathered)
        await outcome("gather", gathered)
        await asyncio.sleep(10)

    run(main())


@scenario
def a_cancelled_child_is_a_result_with_return_exceptions():
    async def main():
        silent = asyncio.create_task(value(1, 10))
        spoken = asyncio.create_task(value(2, 10))
        gathered = asyncio.gather(silent, spoken, value(3, 5), return_exceptions=True)
        await asyncio.sleep(1)
        silent.cancel()
        spoken.cancel("the child")
        await outcome("gather", gathered)
        state("gather", gathered)

    run(main())


@scenario
def a_child_cancelled_before_it_started():
    async def main():
        child = asyncio.create_task(value(1))
        gathered = asyncio.gather(child, return_exceptions=True)
        child.cancel("early")
        await outcome("gather", gathered)

    run(main())


# A cancelled gather.


@scenario
def cancelling_a_gather_cancels_every_child_and_waits_for_them():
    async def child(name):
        try:
            await asyncio.sleep(10)
        finally:
            trace(f"{name} cleans up")
            await asyncio.sleep(1)
            trace(f"{name} is clean")

    async def main():
        gathered = asyncio.gather(child("first"), child("second"))
        await asyncio.sleep(1)
        show("cancel", gathered.cancel("all"))
        state("gather", gathered)
        await outcome("gather", gathered)
        state("gather", gathered)

    run(main())


@scenario
def cancelling_a_gather_raises_even_with_return_exceptions():
    async def main():
        gathered = asyncio.gather(value(1, 10), value(2, 10), return_exceptions=True)
        await asyncio.sleep(1)
        gathered.cancel("all")
        await outcome("gather", gathered)

    run(main())


@scenario
def the_error_of_a_cancelled_gather_is_that_of_its_last_child():
    async def stubborn():
        await outcome("sleep", asyncio.sleep(10))
        return "stubborn"

    async def main():
        gathered = asyncio.gather(value(1, 10), stubborn(), return_exceptions=True)
        await asyncio.sleep(1)
        show("cancel", gathered.cancel("all"))
        await outcome("gather", gathered)
        state("gather", gathered)

    run(main())


@scenario
def the_error_of_a_cancelled_gather_whose_last_child_failed():
    async def failing():
        await outcome("sleep", asyncio.sleep(10))
        raise ValueError("instead")

    async def main():
        child = asyncio.create_task(failing())
        gathered = asyncio.gather(value(1, 10), child, return_exceptions=True)
        await asyncio.sleep(1)
        gathered.cancel("all")
        await outcome("gather", gathered)
        await outcome("child", child)

    run(main())


@scenario
def children_that_swallow_the_cancellation_of_a_gather():
    async def stubborn(name):
        await outcome(name, asyncio.sleep(10))
        return name

    async def main():
        gathered = asyncio.gather(stubborn("first"), stubborn("second"))
        await asyncio.sleep(1)
        gathered.cancel("all")
        await outcome("gather", gathered)

    run(main())


@scenario
def a_child_that_fails_when_its_gather_is_cancelled():
    async def failing():
        await outcome("sleep", asyncio.sleep(10))
        raise ValueError("instead")

    async def main():
        gathered = asyncio.gather(failing(), value(2, 10))
        await asyncio.sleep(1)
        gathered.cancel("all")
        await outcome("gather", gathered)

    run(main())


@scenario
def cancelling_the_task_that_awaits_a_gather_cancels_the_children():
    async def child(name):
        await watch(name, asyncio.sleep(10))

    async def gatherer():
        await watch("gather", asyncio.gather(child("first"), child("second")))

    async def main():
        task = asyncio.create_task(gatherer())
        await asyncio.sleep(1)
        task.cancel("from outside")
        await outcome("task", task)

    run(main())


@scenario
def cancelling_a_done_gather_is_refused():
    async def main():
        gathered = asyncio.gather(value(1))
        await gathered
        show("cancel", gathered.cancel())
        empty = asyncio.gather()
        show("cancel", empty.cancel())

    run(main())


@scenario
def cancelling_a_gather_twice():
    async def child(name):
        await watch(name, asyncio.sleep(10))

    async def main():
        gathered = asyncio.gather(child("first"), child("second"))
        await asyncio.sleep(1)
        show("first", gathered.cancel("first"))
        show("second", gathered.cancel("second"))
        await outcome("gather", gathered)

    run(main())


@scenario
def cancelling_a_gather_of_which_all_children_are_done_but_not_seen():
    async def main():
        future = asyncio.get_running_loop().create_future()
        gathered = asyncio.gather(future)
        future.set_result(1)
        show("cancel", gathered.cancel())
        await outcome("gather", gathered)

    run(main())


@scenario
def a_cancelled_gather_that_had_failed_before():
    async def main():
        slow = asyncio.create_task(value(1, 10))
        gathered = asyncio.gather(failure("early", 1), slow)
        await asyncio.sleep(2)
        state("gather", gathered)
        show("cancel", gathered.cancel())
        state("slow", slow)
        await outcome("gather", gathered)
        await outcome("slow", slow)

    run(main())
