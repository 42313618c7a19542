"""Each as it comes: `as_completed`."""

import asyncio


async def fetch(page):
    await asyncio.sleep(0.002 * page)
    return f"page {page}"


async def main():
    pages = map(fetch, [3, 1, 2])
    for result in asyncio.as_completed(pages):
        print(await result)
    pages = map(fetch, [9999])
    try:
        results = asyncio.as_completed(pages, timeout=0.001)
        for result in results:
            print(await result)
    except TimeoutError:
        print("no time for this one")


asyncio.run(main())
