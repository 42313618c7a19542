"""A task that cleans up: `cancel`."""

import asyncio


async def worker():
    try:
        print("working")
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        print("told to stop")
        raise
    finally:
        await asyncio.sleep(0.001)
        print("cleaned up")


async def main():
    task = asyncio.create_task(worker())
    await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        if task.cancelled():
            print("cancelled")


asyncio.run(main())
