"""How tasks are made: `set_task_factory`."""

import asyncio


def factory(loop, coro, **options):
    print("a task of", coro.__qualname__)
    return asyncio.Task(coro, loop=loop, **options)


async def work():
    await asyncio.sleep(0)
    return "done"


async def main():
    asyncio.get_running_loop().set_task_factory(factory)
    print(await asyncio.create_task(work()))
    a, b = await asyncio.gather(work(), asyncio.sleep(0, 5))
    print(a, b)


asyncio.run(main())
