"""Values as they are made: `yield`."""

import asyncio


async def ticks(last):
    for number in range(1, last + 1):
        await asyncio.sleep(0.001)
        yield number


async def evens(numbers):
    async for number in numbers:
        if number % 2 == 0:
            yield number


async def main():
    squares = [n * n async for n in evens(ticks(6))]
    print(squares)
    numbers = ticks(2)
    print(await anext(numbers), await anext(numbers))
    print(await anext(numbers, "no more"))


asyncio.run(main())
