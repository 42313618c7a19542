"""Side by side: `create_task`."""

import asyncio


async def count(name, last):
    for number in range(1, last + 1):
        print(name, number)
        await asyncio.sleep(0)
    return last


async def main():
    left = asyncio.create_task(count("left", 2))
    right = asyncio.create_task(count("right", 3))
    print("nothing has begun")
    print(await left + await right)


asyncio.run(main())
