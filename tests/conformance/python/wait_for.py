"""`wait_for`: in place, with a deadline, and who wins when both come at once."""

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
    return result


async def failing(delay):
    await asyncio.sleep(delay)
    raise ValueError("failed")


# In time.


@scenario
def a_value_in_time():
    async def main():
        await outcome("coroutine", asyncio.wait_for(value(1, 1), 2))
        await outcome("no timeout", asyncio.wait_for(value(2, 1), None))
        await outcome("task", asyncio.wait_for(asyncio.create_task(value(3, 1)), 2))
        await outcome("failure", asyncio.wait_for(failing(1), 2))

    run(main())


@scenario
def the_timer_is_cancelled_when_the_value_comes_in_time():
    async def main():
        await outcome("wait_for", asyncio.wait_for(value(1, 1), 5))
        # Were the timer left, the loop would wake at 5.
        await asyncio.sleep(10)
        trace("end")

    run(main())


@scenario
def it_awaits_in_place():
    async def child():
        show("current task", asyncio.current_task().get_name())
        show("tasks", len(asyncio.all_tasks()))

    async def main():
        await asyncio.wait_for(child(), 1)
        await asyncio.wait_for(child(), None)

    run(main())


@scenario
def what_is_done_needs_no_iteration():
    async def main():
        future = asyncio.get_running_loop().create_future()
        future.set_result(1)
        before = iteration()
        await outcome("1", asyncio.wait_for(future, 1))
        await outcome("0", asyncio.wait_for(future, 0))
        await outcome("-1", asyncio.wait_for(future, -1))
        failed = asyncio.get_running_loop().create_future()
        failed.set_exception(ValueError("failed"))
        await outcome("failed", asyncio.wait_for(failed, 0))
        cancelled = asyncio.get_running_loop().create_future()
        cancelled.cancel("why")
        await outcome("cancelled", asyncio.wait_for(cancelled, 0))
        show("iterations", iteration() - before)

    run(main())


# Too late.


@scenario
def a_timeout_cancels_what_it_waits_for():
    async def child():
        await watch("sleep", asyncio.sleep(10))

    async def main():
        await outcome("wait_for", asyncio.wait_for(child(), 1))
        show("cancelling", asyncio.current_task().cancelling())

    run(main())


@scenario
def a_timeout_cancels_the_task_it_waits_for():
    async def main():
        task = asyncio.create_task(watch("sleep", asyncio.sleep(10)))
        await outcome("wait_for", asyncio.wait_for(task, 1))
        state("task", task)

    run(main())


@scenario
def a_timeout_cancels_the_future_it_waits_for():
    async def main():
        future = asyncio.get_running_loop().create_future()
        await outcome("wait_for", asyncio.wait_for(future, 1))
        state("future", future)

    run(main())


@scenario
def a_timeout_waits_for_the_cleanup():
    async def child():
        try:
            await asyncio.sleep(10)
        finally:
            await asyncio.sleep(5)
            trace("clean")

    async def main():
        await outcome("wait_for", asyncio.wait_for(child(), 1))

    run(main())


@scenario
def a_value_returned_in_spite_of_the_timeout_wins():
    async def child():
        await outcome("sleep", asyncio.sleep(10))
        return "anyway"

    async def main():
        await outcome("coroutine", asyncio.wait_for(child(), 1))
        await outcome("task", asyncio.wait_for(asyncio.create_task(child()), 1))
        show("cancelling", asyncio.current_task().cancelling())

    run(main())


@scenario
def an_exception_raised_because_of_the_timeout_wins():
    async def child():
        await outcome("sleep", asyncio.sleep(10))
        raise ValueError("instead")

    async def main():
        await outcome("wait_for", asyncio.wait_for(child(), 1))
        show("cancelling", asyncio.current_task().cancelling())

    run(main())


@scenario
def nested_timeouts():
    async def inner():
        await watch("inner", asyncio.wait_for(watch("sleep", asyncio.sleep(10)), 2))

    async def main():
        await outcome("inner first", asyncio.wait_for(inner(), 5))
        await outcome("outer first", asyncio.wait_for(inner(), 1))

    run(main())


@scenario
def both_timeouts_at_the_same_time():
    async def inner():
        await watch("inner", asyncio.wait_for(asyncio.sleep(10), 1))

    async def main():
        await outcome("outer", asyncio.wait_for(inner(), 1))
        show("cancelling", asyncio.current_task().cancelling())

    run(main())


@scenario
def a_message_of_ones_own_does_not_hide_the_timeout():
    async def child():
        await outcome("sleep", asyncio.sleep(10))
        raise asyncio.CancelledError("my own")

    async def main():
        await outcome("wait_for", asyncio.wait_for(child(), 1))

    run(main())


@scenario
def a_timeout_of_ones_own_is_an_ordinary_failure():
    async def child():
        raise TimeoutError("my own")

    async def main():
        await outcome("in time", asyncio.wait_for(child(), 1))
        await outcome("no timeout", asyncio.wait_for(child(), None))

    run(main())


@scenario
def a_cancellation_counted_before_does_not_hide_the_timeout():
    async def child():
        await outcome("sleep", asyncio.sleep(10))
        await outcome("wait_for", asyncio.wait_for(asyncio.sleep(10), 1))
        show("cancelling", asyncio.current_task().cancelling())

    async def main():
        task = asyncio.create_task(child())
        await asyncio.sleep(1)
        task.cancel("swallowed")
        await outcome("task", task)
        state("task", task)

    run(main())


@scenario
def a_cancellation_while_the_timed_out_cleans_up():
    async def child():
        await outcome("sleep", asyncio.sleep(10))
        await watch("cleanup", asyncio.sleep(5))

    async def waiter():
        await watch("wait_for", asyncio.wait_for(child(), 1))

    async def main():
        task = asyncio.create_task(waiter())
        await asyncio.sleep(3)
        show("cancelling", task.cancelling())
        task.cancel("from outside")
        await outcome("task", task)
        state("task", task)

    run(main())


# A timeout of zero.


@scenario
def zero_seconds_for_a_coroutine_never_start_it():
    async def child():
        trace("started")

    async def main():
        await outcome("zero", asyncio.wait_for(child(), 0))
        await outcome("negative", asyncio.wait_for(child(), -1))

    run(main())


@scenario
def zero_seconds_for_a_pending_future_cancel_it():
    async def main():
        future = asyncio.get_running_loop().create_future()
        await outcome("wait_for", asyncio.wait_for(future, 0))
        state("future", future)

    run(main())


@scenario
def zero_seconds_for_a_task_that_runs():
    async def main():
        task = asyncio.create_task(watch("sleep", asyncio.sleep(10)))
        await asyncio.sleep(0)
        await outcome("wait_for", asyncio.wait_for(task, 0))
        state("task", task)

    run(main())


@scenario
def zero_seconds_for_a_task_that_swallows_the_cancellation():
    async def child():
        await outcome("sleep", asyncio.sleep(10))
        return "anyway"

    async def main():
        task = asyncio.create_task(child())
        await asyncio.sleep(0)
        await outcome("wait_for", asyncio.wait_for(task, 0))
        state("task", task)

    run(main())


@scenario
def zero_seconds_for_a_task_that_fails_when_cancelled():
    async def child():
        await outcome("sleep", asyncio.sleep(10))
        raise ValueError("instead")

    async def main():
        task = asyncio.create_task(child())
        await asyncio.sleep(0)
        await outcome("wait_for", asyncio.wait_for(task, 0))

    run(main())


@scenario
def only_zero_seconds_make_a_task():
    async def child():
        show("child", asyncio.current_task().get_name())

    async def main():
        await asyncio.wait_for(child(), 1)
        await asyncio.create_task(child())
        await outcome("zero", asyncio.wait_for(child(), 0))
        await asyncio.create_task(child())

    run(main())


# Cancelled from outside.


@scenario
def cancelling_the_waiter_cancels_what_it_waits_for():
    async def waiter():
        await watch("wait_for", asyncio.wait_for(watch("sleep", asyncio.sleep(10)), 5))

    async def main():
        task = asyncio.create_task(waiter())
        await asyncio.sleep(1)
        task.cancel("from outside")
        await outcome("task", task)
        state("task", task)

    run(main())


@scenario
def cancelling_the_waiter_of_a_task_cancels_the_task():
    async def waiter(task):
        await watch("wait_for", asyncio.wait_for(task, 5))

    async def main():
        inner = asyncio.create_task(watch("sleep", asyncio.sleep(10)))
        task = asyncio.create_task(waiter(inner))
        await asyncio.sleep(1)
        task.cancel("from outside")
        await outcome("task", task)
        state("inner", inner)

    run(main())


@scenario
def cancelling_the_waiter_while_it_waits_at_most_zero_seconds():
    async def child():
        await outcome("sleep", asyncio.sleep(10))
        await asyncio.sleep(5)
        return "anyway"

    async def waiter(task):
        await watch("wait_for", asyncio.wait_for(task, 0))

    async def main():
        inner = asyncio.create_task(child())
        await asyncio.sleep(0)
        task = asyncio.create_task(waiter(inner))
        await asyncio.sleep(1)
        task.cancel("from outside")
        await outcome("task", task)
        state("inner", inner)
        await outcome("inner", inner)

    run(main())


# At the same time.


@scenario
def the_timeout_and_the_value_at_the_same_time():
    async def main():
        await outcome("value first", asyncio.wait_for(asyncio.sleep(1, "value"), 1))
        future = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_later(1, future.set_result, "value")
        await outcome("set before", asyncio.wait_for(future, 1))
        show("cancelling", asyncio.current_task().cancelling())

    run(main())


@scenario
def the_timeout_and_the_cancellation_at_the_same_time():
    async def waiter():
        await watch("wait_for", asyncio.wait_for(asyncio.sleep(10), 1))

    async def main():
        loop = asyncio.get_running_loop()
        task = asyncio.create_task(waiter())
        loop.call_later(1, lambda: show("cancel", task.cancel("from outside")))
        await outcome("task", task)
        state("task", task)

    run(main())


@scenario
def the_value_and_the_cancellation_at_the_same_time():
    async def waiter(future):
        await watch("wait_for", asyncio.wait_for(future, 5))

    async def main():
        future = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(waiter(future))
        await asyncio.sleep(1)
        future.set_result("value")
        task.cancel("from outside")
        await outcome("task", task)
        state("future", future)

    run(main())


@scenario
def a_task_that_ends_when_the_timeout_is_due():
    async def child():
        await asyncio.sleep(1)
        trace("child ends")
        return "value"

    async def main():
        task = asyncio.create_task(child())
        await outcome("wait_for", asyncio.wait_for(task, 1))
        state("task", task)
        del task
        collect()

    run(main())
