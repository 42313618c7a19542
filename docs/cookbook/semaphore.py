"""A few at a time: `Semaphore` and `BoundedSemaphore`."""

import asyncio

busy = 0


async def fetch(limit, page):
    global busy
    async with limit:
        busy += 1
        print("page", page, "busy", busy)
        await asyncio.sleep(0)
        busy -= 1


async def main():
    limit = asyncio.Semaphore(2)
    pages = [fetch(limit, page) for page in range(4)]
    await asyncio.gather(*pages)
    bounded = asyncio.BoundedSemaphore(1)
    try:
        bounded.release()
    except ValueError as error:
        print(error)


asyncio.run(main())
