"""A task that refuses: `cancelling` and `uncancel`."""

import asyncio


async def stubborn():
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        print(error, "- requests:", task.cancelling())
        task.uncancel()
    async with asyncio.timeout(3600):
        await asyncio.sleep(0.001)
    return "done after all"


async def main():
    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    task.cancel("please stop")
    print(await task)
    print("requests:", task.cancelling())


asyncio.run(main())
