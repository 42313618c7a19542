"""Something has happened: `Event`."""

import asyncio


async def run(start, name):
    print(name, "is ready")
    await start.wait()
    print(name, "runs")


async def main():
    start = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for name in ["Ann", "Ben"]:
            group.create_task(run(start, name))
        await asyncio.sleep(0.001)
        print("go!")
        start.set()
    await start.wait()
    print("still set, nobody waits")


asyncio.run(main())
