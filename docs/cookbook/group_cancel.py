"""A group that has what it wants: `TaskGroup.cancel`."""

import asyncio


async def search(group, place, delay):
    await asyncio.sleep(delay)
    print("found", place)
    group.cancel()


async def main():
    async with asyncio.TaskGroup() as group:
        table = search(group, "under the table", 0.001)
        group.create_task(table)
        garden = search(group, "in the garden", 3600)
        group.create_task(garden)
        await asyncio.sleep(3600)
        print("never comes here")
    print("the search is over")


asyncio.run(main())
