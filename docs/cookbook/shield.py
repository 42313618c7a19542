"""What must not be cancelled: `shield`."""

import asyncio


async def save():
    await asyncio.sleep(0.002)
    print("saved")
    return "all is well"


async def main():
    saving = asyncio.create_task(save())
    try:
        async with asyncio.timeout(0.0001):
            await asyncio.shield(saving)
    except TimeoutError:
        print("no time to wait, but it goes on")
    print(await saving)


asyncio.run(main())
