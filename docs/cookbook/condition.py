"""Until it is as one needs it: `Condition`."""

import asyncio

stock = []


async def take(changed, number):
    async with changed:
        await changed.wait_for(lambda: len(stock) >= number)
        del stock[:number]
        print("took", number, "left", len(stock))


async def fill(changed):
    for item in range(5):
        await asyncio.sleep(0)
        async with changed:
            stock.append(item)
            changed.notify_all()


async def main():
    changed = asyncio.Condition()
    await asyncio.gather(
        take(changed, 3), take(changed, 2), fill(changed)
    )


asyncio.run(main())
