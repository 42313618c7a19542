"""Coroutines that never begin: those that Python warns of, and those that it does not."""

import asyncio
import warnings

from trace import attempt, new_event_loop, outcome, run, scenario, trace


class Worker:
    """Has a coroutine as a method."""

    async def work(self):
        """Do something, if it begins."""
        trace("worker begins")
        await asyncio.sleep(1)


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


@scenario
def a_coroutine_object():
    show_warnings()
    worker = Worker()

    def look_at(coroutine):
        trace(f"{coroutine.__name__} {coroutine.__qualname__} {coroutine!r}")

    async def main():
        look_at(work())
        look_at(worker.work())
        coroutine = work()
        trace(f"coroutine: {asyncio.iscoroutine(coroutine)}")
        del coroutine
        task = asyncio.create_task(worker.work())
        trace(f"{task!r}")
        trace(f"task: {asyncio.iscoroutine(task)}")
        await task

    run(main())


@scenario
def a_coroutine_that_is_closed():
    show_warnings()

    async def main():
        coroutine = work()
        trace("made")
        coroutine.close()
        trace("closed")

    run(main())


@scenario
def a_method_that_is_not_awaited():
    show_warnings()

    async def main():
        coroutine = Worker().work()
        del coroutine
        trace("dropped")

    run(main())
