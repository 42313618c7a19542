"""`as_completed`: results as they come, as awaitables and as futures."""

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


async def await_each(completed):
    """Write every result that is still to come."""
    for step in completed:
        await outcome("step", step)
    trace("no more")


async def take_each(completed, futures):
    """Write the places of the futures that are still to come."""
    async for future in completed:
        trace(f"future {futures.index(future)}")
    trace("no more")


# In order.


@scenario
def results_come_as_they_are_ready():
    async def main():
        await await_each(asyncio.as_completed([value(1, 3), value(2, 1), value(3, 2)]))

    run(main())


@scenario
def the_futures_themselves_come_when_they_are_done():
    async def main():
        tasks = create_tasks(value(1, 3), value(2, 1), value(3, 2))
        async for task in asyncio.as_completed(tasks):
            show("place", tasks.index(task))
            state("task", task)
            before = iteration()
            await outcome("task", task)
            show("iterations", iteration() - before)

    run(main())


@scenario
def coroutines_become_tasks_and_start_in_order():
    async def child(number):
        trace(f"child {number} is {asyncio.current_task().get_name()}")
        return number

    async def main():
        completed = asyncio.as_completed([child(1), child(2), child(3)])
        trace("nothing ran yet")
        async for task in completed:
            show("task", task)
            task.result()

    run(main())


@scenario
def they_run_although_nobody_asks():
    async def main():
        completed = asyncio.as_completed([value(1), value(2, 1)])
        await asyncio.sleep(2)
        before = iteration()
        await await_each(completed)
        show("iterations", iteration() - before)

    run(main())


@scenario
def failures_come_in_turn():
    async def main():
        await await_each(asyncio.as_completed([failure("a", 2), value(1, 1), failure("b", 3)]))
        tasks = create_tasks(failure("a", 2), value(1, 1), failure("b", 3))
        async for task in asyncio.as_completed(tasks):
            await outcome("task", task)

    run(main())


@scenario
def a_cancelled_child_comes_in_turn():
    async def main():
        loop = asyncio.get_running_loop()
        tasks = create_tasks(value(1, 10), value(2, 2))
        loop.call_later(1, tasks[0].cancel, "the child")
        await await_each(asyncio.as_completed(tasks))
        tasks = create_tasks(value(3, 10), value(4, 2))
        loop.call_later(1, tasks[0].cancel, "the child")
        async for task in asyncio.as_completed(tasks):
            state("task", task)
            await outcome("task", task)

    run(main())


@scenario
def nothing_to_complete():
    async def main():
        before = iteration()
        await await_each(asyncio.as_completed([]))
        await take_each(asyncio.as_completed([], timeout=1), [])
        show("iterations", iteration() - before)
        await asyncio.sleep(5)
        trace("end")

    run(main())


@scenario
def what_is_given_twice_comes_once():
    async def main():
        task = asyncio.create_task(value(1, 1))
        await await_each(asyncio.as_completed([task, task]))
        future = create_future()
        asyncio.get_running_loop().call_later(1, future.set_result, 2)
        await take_each(asyncio.as_completed([future, future]), [future])

    run(main())


@scenario
def one_that_is_done_already():
    async def main():
        done = create_future()
        done.set_result("done")
        late = asyncio.create_task(value("late", 1))
        before = iteration()
        completed = asyncio.as_completed([late, done])
        await outcome("step", next(completed))
        show("iterations", iteration() - before)
        await await_each(completed)

    run(main())


@scenario
def several_are_ready_together():
    async def main():
        futures = create_future(), create_future(), create_future()
        completed = asyncio.as_completed(futures)
        for number in 2, 0, 1:
            futures[number].set_result(number)
        before = iteration()
        await take_each(completed, futures)
        show("iterations", iteration() - before)

    run(main())


# Steps.


@scenario
def steps_get_results_in_the_order_in_which_they_are_awaited():
    async def main():
        first, second = asyncio.as_completed([value(1, 2), value(2, 1)])
        await outcome("second", second)
        await outcome("first", first)

    run(main())


@scenario
def steps_awaited_at_once():
    async def main():
        steps = list(asyncio.as_completed([value(1, 3), value(2, 1), failure("a", 2)]))
        waiting = create_tasks(*(watch(f"step {n}", step) for n, step in enumerate(steps)))
        await asyncio.wait(waiting)
        for task in waiting:
            await outcome("task", task)

    run(main())


@scenario
def the_end_comes_as_often_as_one_asks():
    async def main():
        completed = asyncio.as_completed([value(1)])
        await outcome("step", next(completed))
        show("next", next(completed, None))
        show("next", next(completed, None))
        show("anext", await anext(completed, None))
        show("next", next(completed, None))

    run(main())


@scenario
def both_ways_on_one_iterator():
    async def main():
        tasks = create_tasks(value(1, 1), value(2, 2), value(3, 3), value(4, 4))
        completed = asyncio.as_completed(tasks)
        await outcome("step", next(completed))
        show("place", tasks.index(await anext(completed)))
        await outcome("step", next(completed))
        await take_each(completed, tasks)

    run(main())


@scenario
def a_step_that_never_started_has_taken_its_turn():
    async def main():
        completed = asyncio.as_completed([value(1, 1), value(2, 2)])
        next(completed).close()
        await await_each(completed)
        await asyncio.sleep(2)

    run(main())


@scenario
def a_cancelled_step_gives_its_turn_back():
    async def main():
        completed = asyncio.as_completed([value(1, 3), value(2, 4)])
        for limit in 1, 1:
            await outcome("limited", asyncio.wait_for(next(completed), limit))
        await await_each(completed)

    run(main())


@scenario
def a_cancelled_anext_gives_its_turn_back():
    async def main():
        tasks = create_tasks(value(1, 3), value(2, 4))
        completed = asyncio.as_completed(tasks)
        for limit in 1, 1:
            await outcome("limited", asyncio.wait_for(anext(completed), limit))
        await take_each(completed, tasks)

    run(main())


@scenario
def a_step_cancelled_before_it_started():
    async def main():
        completed = asyncio.as_completed([value(1, 1), value(2, 2)])
        step = asyncio.create_task(watch("step", next(completed)))
        step.cancel()
        await outcome("step", step)
        await await_each(completed)
        await asyncio.sleep(2)

    run(main())


@scenario
def a_step_cancelled_while_the_result_is_on_its_way():
    async def main():
        future = create_future()
        completed = asyncio.as_completed([future, asyncio.create_task(value("in time", 1))])
        first = asyncio.create_task(watch("first", next(completed)))
        second = asyncio.create_task(watch("second", next(completed)))
        await asyncio.sleep(0)
        future.set_result("passed on")
        # The first step has been woken by then, and has not run.
        future.add_done_callback(lambda _: show("cancel", first.cancel("late")))
        await asyncio.wait([first, second])
        await outcome("first", first)
        await await_each(completed)

    run(main())


@scenario
def a_step_cancelled_twice():
    async def main():
        completed = asyncio.as_completed([value(1, 2)])
        for reason in "first", "second":
            step = asyncio.create_task(watch("step", next(completed)))
            await asyncio.sleep(0)
            show("left", len(list(completed)))
            step.cancel(reason)
            await outcome("task", step)
        await await_each(completed)

    run(main())


# Timeouts.


@scenario
def after_the_timeout_each_step_is_late():
    async def main():
        tasks = create_tasks(value(1, 1), value(2, 3), value(3, 4))
        await await_each(asyncio.as_completed(tasks, timeout=2))
        for task in tasks:
            state("task", task)
        await asyncio.wait(tasks)

    run(main())


@scenario
def after_the_timeout_each_anext_is_late():
    async def main():
        tasks = create_tasks(value(1, 1), value(2, 3), value(3, 4))
        completed = asyncio.as_completed(tasks, timeout=2)
        for _ in range(3):
            await outcome("take", take_each(completed, tasks))
        await take_each(completed, tasks)
        await asyncio.wait(tasks)

    run(main())


@scenario
def a_timeout_while_nobody_waits():
    async def main():
        completed = asyncio.as_completed([value(1, 1), value(2, 3)], timeout=2)
        await asyncio.sleep(5)
        before = iteration()
        await await_each(completed)
        show("iterations", iteration() - before)

    run(main())


@scenario
def the_timer_is_cancelled_when_all_are_done():
    async def main():
        await await_each(asyncio.as_completed([value(1, 1)], timeout=5))
        await asyncio.sleep(10)
        trace("end")

    run(main())


@scenario
def a_timeout_of_zero_or_less():
    async def main():
        for timeout in 0, -1:
            future = create_future()
            future.set_result("done")
            futures = create_future(), future, asyncio.create_task(value("task"))
            before = iteration()
            await await_each(asyncio.as_completed(futures, timeout=timeout))
            show("iterations", iteration() - before)

    run(main())


@scenario
def the_timeout_and_the_value_at_the_same_time():
    async def main():
        loop = asyncio.get_running_loop()
        before, after = create_future(), create_future()
        loop.call_later(1, before.set_result, "before")
        completed = asyncio.as_completed([before, after], timeout=1)
        loop.call_later(1, after.set_result, "after")
        await await_each(completed)

    run(main())


@scenario
def a_timeout_while_several_wait():
    async def main():
        steps = list(asyncio.as_completed([value(1, 2), value(2, 2)], timeout=1))
        waiting = create_tasks(*(watch(f"step {n}", step) for n, step in enumerate(steps)))
        await asyncio.wait(waiting)
        for task in waiting:
            await outcome("task", task)
        await asyncio.sleep(2)

    run(main())


@scenario
def the_wait_is_cancelled_when_the_timeout_is_due():
    async def main():
        completed = asyncio.as_completed([value(1, 3), value(2, 4)], timeout=1)
        step = asyncio.create_task(watch("step", next(completed)))
        await asyncio.sleep(0)
        asyncio.get_running_loop().call_later(1, step.cancel, "late")
        await outcome("task", step)
        await await_each(completed)

    run(main())


# What is left behind.


@scenario
def failures_that_nobody_asked_for_are_logged():
    async def main():
        completed = asyncio.as_completed([failure("seen", 1), failure("unseen", 2)])
        await outcome("step", next(completed))
        await asyncio.sleep(2)
        del completed
        collect()
        trace("end")

    run(main())


@scenario
def a_late_failure_is_logged():
    async def main():
        completed = asyncio.as_completed([failure("late", 2)], timeout=1)
        await outcome("step", next(completed))
        await asyncio.sleep(2)
        collect()
        trace("end")

    run(main())


@scenario
def reprs_of_what_is_watched():
    async def main():
        future = create_future()
        completed = asyncio.as_completed([future], timeout=1)
        show("future", future)
        step = asyncio.create_task(watch("step", next(completed)))
        await asyncio.sleep(0)
        show("waiting", step)
        await outcome("task", step)
        show("future", future)

    run(main())
