"""Blocks under a timeout or in a group, and what runs in them."""

import asyncio

from trace import (
    outcome,
    trace,
    watch,
)


async def within(manager, body):
    """Run a body inside a timeout or a group: `Timeout::run`, `TaskGroup::run`."""
    async with manager:
        return await body(manager)


async def briefly(manager):
    await asyncio.sleep(0)


async def oversleep(timeout):
    await watch("sleep", asyncio.sleep(10))


async def value(result, delay=0):
    await watch(f"sleep of {result}", asyncio.sleep(delay))
    return result


async def failure(text, delay=0):
    await watch(f"sleep of {text}", asyncio.sleep(delay))
    raise ValueError(text)


async def failing_cleanup(text, delay=0):
    """Fail when cancelled, after a while."""
    await outcome(f"sleep of {text}", asyncio.sleep(10))
    await asyncio.sleep(delay)
    raise ValueError(text)


async def slow_cleanup(text, delay):
    """Obey when cancelled, after a while."""
    try:
        await watch(f"sleep of {text}", asyncio.sleep(10))
    finally:
        await watch(f"cleanup of {text}", asyncio.sleep(delay))


async def stubborn(text, delay):
    """Go on when cancelled, for a while."""
    await outcome(f"sleep of {text}", asyncio.sleep(10))
    await watch(f"{text} goes on", asyncio.sleep(delay))
    return text


async def never():
    trace("this never runs")


def current_task():
    return asyncio.current_task()


def cancelling():
    """The current task's count of requests to cancel it."""
    return current_task().cancelling()


def first_step(coroutine):
    """Run a coroutine, which must not suspend, outside of any task."""
    coroutine.send(None)


async def ancestry(label, awaitable):
    """Await something that fails, and write its exception with those before it."""
    try:
        await awaitable
    except BaseException as error:
        trace(f"{label} raised {ancestors(error)}")


def ancestors(error):
    cause, context = error.__cause__, error.__context__
    text = repr(error)
    if cause is not None:
        text += f" from ({ancestors(cause)})"
    if context is not None and context is not cause:
        text += f" while handling ({ancestors(context)})"
    if context is None and cause is not None:
        text += " while handling nothing"
    return text
