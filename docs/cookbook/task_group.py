"""Tasks that belong together: `TaskGroup`."""

import asyncio


async def fetch(page):
    await asyncio.sleep(0.001 * page)
    print("fetched", page)
    return 100 * page


async def main():
    tasks = []
    async with asyncio.TaskGroup() as group:
        for page in [1, 2]:
            tasks.append(group.create_task(fetch(page)))
        print("both are on their way")
    print(sum(task.result() for task in tasks))


asyncio.run(main())
