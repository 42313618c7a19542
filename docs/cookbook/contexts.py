"""Contexts by hand: `copy_context` and `context=`."""

import asyncio
from contextvars import ContextVar, copy_context

level = ContextVar("level", default=0)


def deeper():
    level.set(level.get() + 1)


async def work():
    deeper()
    return level.get()


async def main():
    context = copy_context()
    context.run(deeper)
    task = asyncio.create_task(work(), context=context)
    print("in the task:", await task)
    print("in its context:", context[level])
    loop = asyncio.get_running_loop()
    loop.call_soon(deeper, context=context)
    await asyncio.sleep(0)
    print("one more:", context[level])
    print("here:", level.get())


asyncio.run(main())
