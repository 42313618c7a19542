"""`wait`: when it returns, in which order, and what it leaves alone."""

import asyncio

from trace import (
    collect,
    iteration,
    outcome,
    run,
    scenario,
    show,
    state,
    trace,
    watch,
)


async def value(result, delay=0):
    await asyncio.sleep(delay)
    trace(f"{result} is ready")
    return result


async def failure(text, delay=0):
    await asyncio.sleep(delay)
    trace(f"{text} fails")
    raise ValueError(text)


def create_future():
    return asyncio.get_running_loop().create_future()


def create_tasks(*coroutines):
    return [asyncio.create_task(coroutine) for coroutine in coroutines]


async def wait(label, futures, **options):
    """Wait and write the places of the futures that are done and that are not."""
    try:
        done, pending = await asyncio.wait(futures, **options)
    except BaseException as error:
        trace(f"{label} raised {error!r}")
        raise
    places = lambda some: [futures.index(future) for future in some]
    trace(f"{label}: done {places(done)}, pending {places(pending)}")


# All of them.


@scenario
def all_come_in_the_order_of_the_arguments():
    async def main():
        await wait("wait", create_tasks(value(1, 3), value(2, 1), value(3, 2)))

    run(main())


@scenario
def failed_and_cancelled_ones_are_done():
    async def main():
        tasks = create_tasks(failure("a", 1), value(2, 10), value(3, 3))
        asyncio.get_running_loop().call_later(2, tasks[1].cancel)
        await wait("wait", tasks)
        for task in tasks:
            await outcome("task", task)

    run(main())


@scenario
def what_is_given_twice_counts_once():
    async def main():
        future = create_future()
        task = asyncio.create_task(value(1, 1))
        asyncio.get_running_loop().call_later(2, future.set_result, 2)
        await wait("tasks", [task, task])
        await wait("futures", [future, future, future])

    run(main())


@scenario
def an_iterator_is_taken_as_well():
    async def main():
        tasks = create_tasks(value(1, 1), value(2, 2))
        done, pending = await asyncio.wait(task for task in tasks if task is not None)
        show("done", len(done))
        show("pending", len(pending))

    run(main())


@scenario
def nothing_to_wait_for_is_refused():
    async def main():
        before = iteration()
        await outcome("wait", asyncio.wait([]))
        await outcome("first", asyncio.wait([], return_when=asyncio.FIRST_COMPLETED, timeout=1))
        show("iterations", iteration() - before)

    run(main())


@scenario
def what_is_done_already_takes_two_iterations():
    async def main():
        done, failed, cancelled = create_future(), create_future(), create_future()
        done.set_result(1)
        failed.set_exception(ValueError("failed"))
        cancelled.cancel()
        for when in asyncio.ALL_COMPLETED, asyncio.FIRST_EXCEPTION, asyncio.FIRST_COMPLETED:
            before = iteration()
            await wait("wait", [done, failed, cancelled], return_when=when)
            show("iterations", iteration() - before)
        await wait("with a timeout", [done], timeout=0)
        await outcome("failed", failed)

    run(main())


@scenario
def a_wait_may_wait_for_one_that_waits():
    async def waiter(tasks):
        await wait("inner", tasks)
        return "waited"

    async def main():
        tasks = create_tasks(value(1, 1), value(2, 2))
        await wait("outer", [asyncio.create_task(waiter(tasks)), tasks[0]])

    run(main())


# The first.


@scenario
def the_first_to_complete():
    async def main():
        tasks = create_tasks(value(1, 3), value(2, 1), value(3, 2))
        await wait("first", tasks, return_when=asyncio.FIRST_COMPLETED)
        await wait("again", tasks, return_when=asyncio.FIRST_COMPLETED)
        await wait("rest", tasks[::2], return_when=asyncio.FIRST_COMPLETED)
        await wait("all", tasks)

    run(main())


@scenario
def a_failed_or_cancelled_one_completes():
    async def main():
        tasks = create_tasks(failure("a", 1), value(2, 10))
        await wait("failed", tasks, return_when=asyncio.FIRST_COMPLETED)
        await outcome("a", tasks[0])
        tasks = create_tasks(value(3, 10), value(4, 11))
        asyncio.get_running_loop().call_later(1, tasks[0].cancel)
        await wait("cancelled", tasks, return_when=asyncio.FIRST_COMPLETED)

    run(main())


@scenario
def two_that_complete_together_are_both_done():
    async def main():
        tasks = create_tasks(value(1, 1), value(2, 1), value(3, 2))
        await wait("wait", tasks, return_when=asyncio.FIRST_COMPLETED)

    run(main())


@scenario
def one_that_completes_before_the_wait_returns_is_done():
    async def main():
        first, second, third = futures = create_future(), create_future(), create_future()
        loop = asyncio.get_running_loop()
        # The wait learns of the first in the next iteration, and returns in the one after.
        first.add_done_callback(lambda _: second.set_result(2))
        second.add_done_callback(lambda _: third.set_result(3))
        loop.call_soon(first.set_result, 1)
        await wait("wait", futures, return_when=asyncio.FIRST_COMPLETED)

    run(main())


@scenario
def the_first_to_fail():
    async def main():
        tasks = create_tasks(value(1, 1), failure("a", 2), failure("b", 3), value(4, 1))
        await wait("first", tasks, return_when=asyncio.FIRST_EXCEPTION)
        await wait("again", tasks, return_when=asyncio.FIRST_EXCEPTION)
        await wait("all", tasks)

    run(main())


@scenario
def without_a_failure_all_are_waited_for():
    async def main():
        tasks = create_tasks(value(1, 2), value(2, 1), value(3, 3))
        await wait("wait", tasks, return_when=asyncio.FIRST_EXCEPTION)

    run(main())


@scenario
def a_cancelled_one_has_not_failed():
    async def main():
        loop = asyncio.get_running_loop()
        tasks = create_tasks(value(1, 10), failure("a", 2), value(3, 3))
        loop.call_later(1, tasks[0].cancel)
        await wait("one cancelled", tasks, return_when=asyncio.FIRST_EXCEPTION)
        await outcome("a", tasks[1])
        tasks = create_tasks(value(4, 10), value(5, 11))
        loop.call_later(1, tasks[0].cancel)
        loop.call_later(2, tasks[1].cancel)
        await wait("all cancelled", tasks, return_when=asyncio.FIRST_EXCEPTION)

    run(main())


@scenario
def a_cancelled_error_set_as_an_exception_is_a_failure():
    async def main():
        futures = create_future(), create_future()
        error = asyncio.CancelledError("set")
        asyncio.get_running_loop().call_soon(futures[0].set_exception, error)
        await wait("wait", futures, return_when=asyncio.FIRST_EXCEPTION)
        state("future", futures[0])

    run(main())


# Who has seen a failure.


@scenario
def a_failure_that_ended_the_wait_is_retrieved():
    async def main():
        tasks = create_tasks(failure("seen", 1), value(2, 5))
        await wait("wait", tasks, return_when=asyncio.FIRST_EXCEPTION)
        del tasks
        collect()
        trace("end")

    run(main())


@scenario
def a_failure_that_merely_completed_is_not_retrieved():
    async def main():
        tasks = create_tasks(failure("unseen", 1), value(2, 2))
        await wait("wait", tasks)
        del tasks
        collect()
        trace("end")

    run(main())


# Timeouts.


@scenario
def a_timeout_cancels_nothing():
    async def main():
        tasks = create_tasks(value(1, 3), value(2, 1), value(3, 5))
        await wait("wait", tasks, timeout=2)
        for task in tasks:
            state("task", task)
        await wait("rest", tasks, timeout=10)

    run(main())


@scenario
def the_timer_is_cancelled_when_all_are_done():
    async def main():
        await wait("wait", create_tasks(value(1, 1)), timeout=5)
        # Were the timer left, the loop would wake at 5.
        await asyncio.sleep(10)
        trace("end")

    run(main())


@scenario
def a_timeout_of_zero_or_less():
    async def main():
        for timeout in 0, -1:
            before = iteration()
            await wait("pending", [create_future()], timeout=timeout)
            show("iterations", iteration() - before)
            before = iteration()
            await wait("tasks", create_tasks(value(1)), timeout=timeout)
            show("iterations", iteration() - before)

    run(main())


@scenario
def a_timeout_for_the_first_of_all():
    async def main():
        tasks = create_tasks(value(1, 3), failure("a", 4))
        await wait("nothing", tasks, timeout=1, return_when=asyncio.FIRST_COMPLETED)
        await wait("first", tasks, timeout=5, return_when=asyncio.FIRST_COMPLETED)
        await wait("no failure", tasks, timeout=0.5, return_when=asyncio.FIRST_EXCEPTION)
        await wait("failure", tasks, timeout=5, return_when=asyncio.FIRST_EXCEPTION)

    run(main())


@scenario
def the_timeout_and_the_value_at_the_same_time():
    async def main():
        loop = asyncio.get_running_loop()
        before, after = create_future(), create_future()
        loop.call_later(1, before.set_result, "before")
        waiting = asyncio.create_task(wait("wait", [before, after], timeout=1))
        await asyncio.sleep(0)
        loop.call_later(1, after.set_result, "after")
        await waiting

    run(main())


@scenario
def a_task_that_ends_when_the_timeout_is_due():
    async def main():
        # The first has its timer already, the second gets it after that of the wait.
        first = asyncio.create_task(value(1, 1))
        await asyncio.sleep(0)
        second = asyncio.create_task(value(2, 1))
        await wait("wait", [first, second], timeout=1)
        await wait("rest", [first, second])

    run(main())


# Cancellation.


@scenario
def cancelling_the_waiter_cancels_nothing():
    async def main():
        tasks = create_tasks(value(1, 1), value(2, 3))
        waiting = asyncio.create_task(wait("wait", tasks))
        await asyncio.sleep(2)
        show("cancel", waiting.cancel("why"))
        await outcome("waiting", waiting)
        for task in tasks:
            state("task", task)
        await wait("again", tasks)

    run(main())


@scenario
def cancelling_the_waiter_stops_its_timer():
    async def main():
        waiting = asyncio.create_task(wait("wait", [create_future()], timeout=5))
        await asyncio.sleep(1)
        waiting.cancel()
        await outcome("waiting", waiting)
        await asyncio.sleep(10)
        trace("end")

    run(main())


@scenario
def cancelling_the_waiter_when_the_last_is_done():
    async def main():
        future = create_future()
        waiting = asyncio.create_task(wait("wait", [future]))
        await asyncio.sleep(0)
        future.set_result(1)
        # The wait is not told yet.
        show("cancel", waiting.cancel("early"))
        await outcome("waiting", waiting)

        future = create_future()
        waiting = asyncio.create_task(wait("wait", [future]))
        await asyncio.sleep(0)
        future.set_result(2)
        future.add_done_callback(lambda _: show("cancel", waiting.cancel("late")))
        await outcome("waiting", waiting)

    run(main())


@scenario
def cancelling_one_that_is_waited_for():
    async def main():
        tasks = create_tasks(value(1, 10), value(2, 10))
        waiting = asyncio.create_task(wait("wait", tasks))
        await asyncio.sleep(1)
        tasks[0].cancel("one")
        await asyncio.sleep(1)
        tasks[1].cancel("two")
        await outcome("waiting", waiting)
        for task in tasks:
            await outcome("task", task)

    run(main())


@scenario
def a_wait_inside_of_a_timeout():
    async def main():
        tasks = create_tasks(value(1, 1), value(2, 3))
        await outcome("wait_for", asyncio.wait_for(wait("wait", tasks), 2))
        await wait("again", tasks)

    run(main())


# Order, and what is left behind.


@scenario
def several_wait_for_the_same():
    async def main():
        tasks = create_tasks(value(1, 1), value(2, 2))
        first = asyncio.create_task(wait("first", tasks, return_when=asyncio.FIRST_COMPLETED))
        direct = asyncio.create_task(watch("direct", tasks[0]))
        second = asyncio.create_task(wait("second", tasks))
        third = asyncio.create_task(wait("third", tasks[:1]))
        await wait("all", [first, direct, second, third])

    run(main())


@scenario
def a_waiter_that_is_done_takes_its_callbacks_back():
    async def main():
        futures = create_future(), create_future()
        waiting = asyncio.create_task(wait("wait", futures, timeout=1))
        await asyncio.sleep(0)
        show("waited for", futures[0])
        show("waiting", waiting)
        await waiting
        show("after the timeout", futures[0])
        waiting = asyncio.create_task(wait("wait", futures))
        await asyncio.sleep(0)
        waiting.cancel()
        await outcome("waiting", waiting)
        show("after the cancellation", futures[1])

    run(main())
