"""When it is done: `add_done_callback`."""

import asyncio


def first(task):
    print("first:", task.result())


def second(task):
    print("second:", task.result())


async def work():
    await asyncio.sleep(0)
    return "a result"


async def main():
    task = asyncio.create_task(work())
    task.add_done_callback(first)
    task.add_done_callback(second)
    task.add_done_callback(first)
    print(task.remove_done_callback(first), "are removed")
    await task
    print("and then main goes on")
    await asyncio.sleep(0)


asyncio.run(main())
