"""Which of them has come: `async for` over `as_completed`."""

import asyncio


async def run(delay):
    await asyncio.sleep(delay)


async def main():
    hare = asyncio.create_task(run(0.001), name="hare")
    snail = asyncio.create_task(run(0.004), name="snail")
    place = 1
    async for task in asyncio.as_completed([snail, hare]):
        await task
        print(place, task.get_name())
        place += 1


asyncio.run(main())
