"""Coroutines that never begin: those that Python warns of, and those that it does not."""

import asyncio
import warnings

from trace import attempt, new_event_loop, outcome, run, scenario, trace


async def work():
    """Do something, if it begins."""
    trace("work begins")
    await asyncio.sleep(1)
    trace("work ends")


def show_warnings():
    """Write warnings as the log shows them."""

    def show_warning(message, category, *rest):
        trace(f"log {category.__name__}: {message}")

    warnings.simplefilter("always")
    warnings.showwarning = show_warning


@scenario
def a_coroutine_that_is_dropped():
    show_warnings()

    async def main():
        coroutine = work()
        trace("made")
        del coroutine
        trace("dropped")

    run(main())


@scenario
def a_task_that_is_destroyed_before_it_begins():
    show_warnings()
    loop = new_event_loop()

    async def main():
        asyncio.create_task(work(), name="destroyed")

    loop.call_soon(loop.create_task, main())
    loop.stop()
    loop.run_forever()
    loop.stop()
    loop.run_forever()
    loop.close()


@scenario
def a_task_that_is_cancelled_before_it_begins():
    show_warnings()

    async def main():
        task = asyncio.create_task(work())
        task.cancel()
        await outcome("task", task)
        await outcome("wait_for", asyncio.wait_for(work(), 0))

    run(main())


@scenario
def a_group_that_takes_no_task():
    show_warnings()

    async def main():
        group = asyncio.TaskGroup()
        attempt("create_task", lambda: group.create_task(work()))
        async with group:
            pass
        attempt("create_task", lambda: group.create_task(work()))

    run(main())


@scenario
def a_coroutine_is_dropped_half_way():
    show_warnings()

    async def main():
        await outcome("wait_for", asyncio.wait_for(work(), 0.5))

    run(main())


@scenario
def reprs_of_named_coroutines():
    async def main():
        task = asyncio.create_task(work())
        trace(f"{task!r}")
        await asyncio.sleep(0)
        trace(f"{task!r}")
        await task
        trace(f"{task!r}")

    run(main())
