"""All of them, failed or not: `return_exceptions`."""

import asyncio


async def half(number):
    if number % 2 == 1:
        raise ValueError(f"{number} is odd")
    return number // 2


async def main():
    halves = map(half, [2, 3, 4])
    for result in await asyncio.gather(
        *halves, return_exceptions=True
    ):
        if isinstance(result, Exception):
            print("failed:", result)
        else:
            print("half:", result)
    try:
        await asyncio.gather(half(6), half(7))
    except ValueError as error:
        print("raised:", error)


asyncio.run(main())
