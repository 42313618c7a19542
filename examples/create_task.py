"""Tasks begin at the next iteration, run side by side, and have names."""

import asyncio


async def worker(letter, steps):
    name = asyncio.current_task().get_name()
    for step in range(steps):
        print(f"{name}: {letter}{step}")
        await asyncio.sleep(0)
    return letter * steps


async def main():
    first = asyncio.create_task(worker("a", 2))
    second = asyncio.create_task(worker("b", 3), name="second")
    print("Created, and none has run yet")
    print("Tasks of the loop:", len(asyncio.all_tasks()))

    print(await first, await second)
    print("Tasks of the loop:", len(asyncio.all_tasks()))


asyncio.run(main())
