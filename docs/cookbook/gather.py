"""All of them: `gather`."""

import asyncio


async def title():
    return "squares"


async def square(number):
    await asyncio.sleep(0.001 * (5 - number))
    return number * number


async def main():
    name, last = await asyncio.gather(title(), square(4))
    print(name, last)
    numbers = [1, 2, 3]
    print(await asyncio.gather(*map(square, numbers)))


asyncio.run(main())
