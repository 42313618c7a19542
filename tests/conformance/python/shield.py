"""`shield`: what passes in which direction, and what does not."""

import asyncio

from trace import (
    collect,
    iteration,
    new_event_loop,
    outcome,
    run,
    run_once,
    scenario,
    show,
    state,
    trace,
    watch,
)


async def value(result, delay=0):
    await watch(f"sleep of {result}", asyncio.sleep(delay))
    return result


async def failure(text, delay=0):
    await asyncio.sleep(delay)
    trace(f"{text} fails")
    raise ValueError(text)


async def shielded(inner):
    return await watch("shield", asyncio.shield(inner))


def create_future():
    return asyncio.get_running_loop().create_future()


# Outwards.


@scenario
def a_result_and_a_failure_pass():
    async def main():
        await outcome("result", asyncio.shield(value(1, 1)))
        await outcome("failure", asyncio.shield(failure("a", 1)))
        task = asyncio.create_task(value(2, 1))
        await outcome("task", asyncio.shield(task))
        await outcome("the task itself", task)

    run(main())


@scenario
def what_is_done_is_returned_itself():
    async def main():
        done, failed, cancelled = create_future(), create_future(), create_future()
        done.set_result(1)
        failed.set_exception(ValueError("failed"))
        cancelled.cancel("why")
        before = iteration()
        for future in done, failed, cancelled:
            shield = asyncio.shield(future)
            show("itself", shield is future)
            await outcome("shield", shield)
        show("iterations", iteration() - before)
        task = asyncio.create_task(value(2))
        await task
        shield = asyncio.shield(task)
        show("itself", shield is task)
        await outcome("task", shield)

    run(main())


@scenario
def a_cancelled_inner_cancels_the_shield():
    async def main():
        future = create_future()
        shield = asyncio.shield(future)
        future.cancel("the message stays inside")
        state("shield", shield)
        await outcome("shield", shield)
        state("shield", shield)
        task = asyncio.create_task(value(1, 10))
        waiting = asyncio.create_task(shielded(task))
        await asyncio.sleep(1)
        task.cancel("by others")
        await outcome("waiting", waiting)
        state("waiting", waiting)

    run(main())


@scenario
def an_inner_that_was_told_to_cancel_before_it_started():
    async def main():
        task = asyncio.create_task(value(1))
        task.cancel("early")
        shield = asyncio.shield(task)
        await outcome("shield", shield)
        state("shield", shield)

    run(main())


@scenario
def the_shield_is_told_in_the_order_of_the_callbacks():
    async def main():
        future = create_future()
        future.add_done_callback(lambda _: trace("before"))
        shield = asyncio.shield(future)
        future.add_done_callback(lambda _: trace("after"))
        shield.add_done_callback(lambda _: trace("shield"))
        direct = asyncio.create_task(watch("direct", future))
        waiting = asyncio.create_task(watch("waiting", shield))
        await asyncio.sleep(0)
        future.set_result(1)
        await asyncio.wait([direct, waiting])

    run(main())


@scenario
def nested_shields():
    async def main():
        inner = asyncio.create_task(value(1, 2))
        outer = asyncio.shield(asyncio.shield(inner))
        await outcome("outer", outer)
        outer = asyncio.shield(asyncio.shield(asyncio.create_task(value(2, 2))))
        asyncio.get_running_loop().call_later(1, outer.cancel, "outer")
        await outcome("outer", outer)
        await asyncio.sleep(2)

    run(main())


@scenario
def a_shielded_coroutine_becomes_a_task():
    async def child():
        show("current task", asyncio.current_task().get_name())

    async def main():
        shield = asyncio.shield(child())
        trace("nothing ran yet")
        show("tasks", [task.get_name() for task in asyncio.all_tasks()])
        await outcome("shield", shield)

    run(main())


@scenario
def a_shield_made_outside_of_a_task():
    async def main():
        future = create_future()
        loop = asyncio.get_running_loop()
        shields = []
        loop.call_soon(lambda: shields.append(asyncio.shield(future)))
        loop.call_later(1, future.set_result, 1)
        await asyncio.sleep(0)
        await outcome("shield", shields[0])

    run(main())


# Inwards.


@scenario
def cancelling_the_waiter_leaves_the_inner_alone():
    async def main():
        inner = asyncio.create_task(value(1, 3))
        waiting = asyncio.create_task(shielded(inner))
        await asyncio.sleep(1)
        show("cancel", waiting.cancel("why"))
        await outcome("waiting", waiting)
        state("waiting", waiting)
        state("inner", inner)
        await outcome("inner", inner)

    run(main())


@scenario
def cancelling_the_shield_leaves_the_inner_alone():
    async def main():
        inner = create_future()
        shield = asyncio.shield(inner)
        show("cancel", shield.cancel("why"))
        state("shield", shield)
        state("inner", inner)
        await outcome("shield", shield)
        inner.set_result(1)
        await outcome("inner", inner)

    run(main())


@scenario
def a_shield_cancelled_twice():
    async def main():
        inner = asyncio.create_task(value(1, 2))
        shield = asyncio.shield(inner)
        show("first", shield.cancel("first"))
        show("second", shield.cancel("second"))
        await outcome("shield", shield)
        show("third", shield.cancel("third"))
        await outcome("inner", inner)

    run(main())


@scenario
def a_waiter_that_insists():
    async def insisting(inner):
        for attempt in range(3):
            await outcome(f"attempt {attempt}", asyncio.shield(inner))
        return "in the end"

    async def main():
        inner = asyncio.create_task(value(1, 3))
        waiting = asyncio.create_task(insisting(inner))
        for reason in "first", "second":
            await asyncio.sleep(1)
            waiting.cancel(reason)
        await outcome("waiting", waiting)
        state("waiting", waiting)

    run(main())


@scenario
def a_failure_after_the_shield_was_cancelled_is_logged_once():
    async def main():
        shield = asyncio.shield(failure("lost", 2))
        await asyncio.sleep(1)
        shield.cancel()
        await outcome("shield", shield)
        await asyncio.sleep(3)
        collect()
        trace("end")

    run(main())


@scenario
def a_failure_after_the_shield_was_cancelled_may_be_retrieved():
    async def main():
        inner = asyncio.create_task(failure("found", 2))
        shield = asyncio.shield(inner)
        await asyncio.sleep(1)
        shield.cancel()
        await outcome("inner", inner)
        await outcome("shield", shield)
        del inner
        collect()
        trace("end")

    run(main())


@scenario
def a_failure_after_two_shields_were_cancelled():
    async def main():
        inner = asyncio.create_task(failure("lost", 2))
        shields = [asyncio.shield(inner), asyncio.shield(inner)]
        del inner
        await asyncio.sleep(1)
        for shield in shields:
            shield.cancel()
            await outcome("shield", shield)
        await asyncio.sleep(3)
        collect()
        trace("end")

    run(main())


@scenario
def a_failure_that_passed_the_shield_is_the_business_of_the_shield():
    async def main():
        inner = asyncio.create_task(failure("passed", 1))
        shield = asyncio.shield(inner)
        await asyncio.sleep(2)
        del inner
        collect()
        trace("the inner is forgotten")
        del shield
        collect()
        trace("end")

    run(main())


# Both at once.


@scenario
def the_value_comes_before_the_cancellation():
    async def main():
        inner = create_future()
        shield = asyncio.shield(inner)
        inner.set_result(1)
        # The shield is not told yet.
        show("cancel", shield.cancel("late"))
        await outcome("shield", shield)
        await outcome("inner", inner)

    run(main())


@scenario
def the_failure_comes_before_the_cancellation():
    async def main():
        inner = create_future()
        shield = asyncio.shield(inner)
        inner.set_exception(ValueError("lost"))
        show("cancel", shield.cancel("late"))
        await outcome("shield", shield)
        await asyncio.sleep(0)
        del inner
        collect()
        trace("end")

    run(main())


@scenario
def the_cancellation_comes_before_the_failure():
    async def main():
        inner = create_future()
        shield = asyncio.shield(inner)
        show("cancel", shield.cancel("early"))
        # The shield has not let go of it yet.
        inner.set_exception(ValueError("lost"))
        await outcome("shield", shield)
        await asyncio.sleep(0)
        del inner
        collect()
        trace("end")

    run(main())


@scenario
def the_waiter_is_cancelled_when_the_shield_is_done():
    async def main():
        inner = create_future()
        waiting = asyncio.create_task(shielded(inner))
        await asyncio.sleep(0)
        inner.set_result(1)
        inner.add_done_callback(lambda _: show("cancel", waiting.cancel("late")))
        await outcome("waiting", waiting)
        await outcome("inner", inner)

    run(main())


@scenario
def inner_and_waiter_cancelled_together():
    async def main():
        inner = create_future()
        waiting = asyncio.create_task(shielded(inner))
        await asyncio.sleep(0)
        inner.cancel("inner")
        waiting.cancel("waiter")
        await outcome("waiting", waiting)

    run(main())


# In company.


@scenario
def a_shield_inside_of_wait_for():
    async def main():
        inner = asyncio.create_task(value(1, 3))
        await outcome("late", asyncio.wait_for(asyncio.shield(inner), 1))
        state("inner", inner)
        await outcome("zero", asyncio.wait_for(asyncio.shield(inner), 0))
        state("inner", inner)
        await outcome("in time", asyncio.wait_for(asyncio.shield(inner), 3))

    run(main())


@scenario
def a_shielded_gather():
    async def main():
        gathered = asyncio.gather(value(1, 2), value(2, 3))
        shield = asyncio.shield(gathered)
        await asyncio.sleep(1)
        shield.cancel("the shield")
        await outcome("shield", shield)
        await outcome("gather", gathered)

    run(main())


@scenario
def a_gather_of_shields():
    async def main():
        tasks = asyncio.create_task(value(1, 2)), asyncio.create_task(value(2, 3))
        gathered = asyncio.gather(asyncio.shield(tasks[0]), asyncio.shield(tasks[1]))
        await asyncio.sleep(1)
        show("cancel", gathered.cancel("the gather"))
        await outcome("gather", gathered)
        for task in tasks:
            await outcome("task", task)

    run(main())


@scenario
def reprs_of_shields():
    # Made outside of a task, where Python has no callback that clears who awaits whom.
    loop = new_event_loop()
    inner = loop.create_future()
    shield = asyncio.shield(inner)
    show("shield", shield)
    show("inner", inner)
    shield.cancel()
    run_once(loop)
    show("shield", shield)
    show("inner", inner)
    asyncio.shield(inner)
    inner.set_result(1)
    run_once(loop)
    show("inner", inner)
