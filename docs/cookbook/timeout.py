"""A block that may take too long: `timeout`."""

import asyncio


async def main():
    try:
        async with asyncio.timeout(None) as limit:
            for step in range(1, 100):
                await asyncio.sleep(0.001)
                print("step", step)
                if step == 3:
                    loop = asyncio.get_running_loop()
                    limit.reschedule(loop.time())
    except TimeoutError:
        print("stopped")
    async with asyncio.timeout(3600) as limit:
        await asyncio.sleep(0.001)
    print("too late" if limit.expired() else "in time")


asyncio.run(main())
