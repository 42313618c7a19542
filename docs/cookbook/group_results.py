"""Tasks of several types: the results of a `TaskGroup`."""

import asyncio


async def name():
    await asyncio.sleep(0)
    return "Ann"


async def age():
    await asyncio.sleep(0)
    return 42


async def main():
    async with asyncio.TaskGroup() as group:
        who = group.create_task(name())
        years = group.create_task(age())
    print(who.result(), "is", years.result())


asyncio.run(main())
