"""Debug mode: what is logged, and what the things that are logged look like."""

import asyncio
import threading

from trace import collect, new_event_loop, run, run_once, scenario, show, trace


def fail():
    raise ValueError("failed")


async def fail_later():
    raise ValueError("failed")


def new_debug_loop():
    loop = new_event_loop()
    loop.set_debug(True)
    return loop


def report(loop):
    loop.call_exception_handler({"message": "reported"})


# Handles.


@scenario
def a_callback_that_fails():
    loop = new_debug_loop()
    loop.call_soon(fail)
    run_once(loop)
    loop.set_debug(False)
    loop.call_soon(fail)
    run_once(loop)


@scenario
def a_timer_that_fails():
    loop = new_debug_loop()
    loop.call_at(0.0, fail)
    run_once(loop)
    loop.call_later(1.5, fail)
    loop.run_until_complete(asyncio.sleep(2))


@scenario
def a_callback_of_another_thread_that_fails():
    loop = new_debug_loop()
    thread = threading.Thread(target=loop.call_soon_threadsafe, args=(fail,))
    thread.start()
    thread.join()
    run_once(loop)
    run_once(loop)


@scenario
def reprs_of_handles():
    for debug in (False, True):
        loop = new_event_loop()
        loop.set_debug(debug)
        show("loop", loop)
        for handle in (
            loop.call_soon(fail),
            loop.call_at(2.5, fail),
            loop.call_soon_threadsafe(fail),
        ):
            show("handle", handle)
            handle.cancel()
            show("cancelled", handle)


# Futures and tasks.


@scenario
def a_future_that_nobody_looked_at():
    for debug in (True, False):
        loop = new_event_loop()
        loop.set_debug(debug)
        future = loop.create_future()
        future.set_exception(ValueError("lost"))
        del future
        collect()


@scenario
def a_task_that_nobody_looked_at():
    loop = new_debug_loop()
    loop.create_task(fail_later(), name="lost")
    run_once(loop)
    collect()


@scenario
def a_task_that_is_destroyed():
    async def wait(future):
        await future

    loop = new_debug_loop()
    loop.create_task(wait(loop.create_future()), name="destroyed")
    run_once(loop)
    loop.close()
    collect()


@scenario
def reprs_of_futures_and_tasks():
    async def main():
        loop = asyncio.get_running_loop()
        loop.set_debug(True)
        future = loop.create_future()
        show("pending", future)
        future.set_result(1)
        show("finished", future)
        task = asyncio.create_task(asyncio.sleep(1), name="sleeper")
        show("task", task)
        await asyncio.sleep(0)
        show("asleep", task)
        task.cancel()
        show("cancelling", task)
        await asyncio.wait([task])
        show("cancelled", task)

    run(main())


@scenario
def reprs_of_blocks():
    async def main():
        asyncio.get_running_loop().set_debug(True)
        async with asyncio.timeout(1.25) as timeout:
            show("timeout", timeout)
        show("timeout", timeout)
        async with asyncio.TaskGroup() as group:
            show("group", group)
            group.create_task(asyncio.sleep(0))
            show("group", group)
            group.cancel()
            show("group", group)

    run(main())


# Reports.


@scenario
def a_report_says_where_the_running_handle_was_made():
    loop = new_debug_loop()
    loop.call_soon(lambda: report(loop))
    run_once(loop)
    report(loop)
    loop.set_debug(False)
    loop.call_soon(lambda: report(loop))
    run_once(loop)


@scenario
def a_report_out_of_a_task():
    async def main():
        report(asyncio.get_running_loop())
        await asyncio.sleep(1)
        report(asyncio.get_running_loop())

    new_debug_loop().run_until_complete(main())


@scenario
def a_handler_that_fails_in_a_callback():
    def handler(loop, context):
        trace(f"handler got {context['message']!r}")
        raise KeyError("handler")

    loop = new_debug_loop()
    loop.set_exception_handler(handler)
    loop.call_soon(lambda: report(loop))
    run_once(loop)


@scenario
def a_task_of_a_group_that_fails_too_late():
    async def enter(group):
        await group.__aenter__()
        group.create_task(fail_later(), name="late")

    loop = new_debug_loop()
    parent = loop.create_task(enter(asyncio.TaskGroup()), name="parent")
    loop.run_until_complete(parent)
    run_once(loop)


@scenario
def a_timer_that_takes_long():
    loop = new_debug_loop()
    loop.slow_callback_duration = 0.0
    loop.call_at(0.0, lambda: None)
    run_once(loop)
    run_once(loop)


@scenario
def an_exit_is_never_slow():
    def leave():
        raise SystemExit(3)

    loop = new_debug_loop()
    loop.slow_callback_duration = 0.0
    loop.call_soon(leave)
    try:
        run_once(loop)
    except SystemExit as error:
        show("exit", error)
